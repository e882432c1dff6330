import fs from 'node:fs/promises'
import path from 'node:path'

/** Absolute paths of the sample images that were made here, by name. */
export async function listSampleImages(cacheFolder: string): Promise<string[]> {
  const folder = path.join(cacheFolder, 'samples')
  const names = await fs.readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith('.qcow2') && !name.startsWith('.'))
    .toSorted()
    .map((name) => path.join(folder, name))
}
