import fs from 'node:fs/promises'
import path from 'node:path'

/** What `build-samples` makes. Results of working on a sample land beside it (`sample-ock-edited.qcow2`) and are none themselves. */
const SAMPLE_NAME = /^sample-[a-z]+\.qcow2$/

/** Absolute paths of the sample images that were made here, by name. */
export async function listSampleImages(cacheFolder: string): Promise<string[]> {
  const folder = path.join(cacheFolder, 'samples')
  const names = await fs.readdir(folder).catch(() => [])
  return names
    .filter((name) => SAMPLE_NAME.test(name))
    .toSorted()
    .map((name) => path.join(folder, name))
}
