import fs from 'node:fs/promises'
import path from 'node:path'
import { ByteView } from '#shared/images/byte-view'
import { isTar } from '../unpack/packed-source.js'
import { readerOf, withPackedFile } from '../unpack/packed-file.js'
import { readTar, SeekingInput } from '../unpack/tar-reader.js'

const HEAD_BYTES = 512
/** Both programs that write archives put the files that tell early or last; an archive of more members than this is of something else. */
const MAX_MEMBERS = 4096

/**
 * The reference of a file or folder that is a container image, by what lies in it; null for all else. A folder: `oci-layout` (OCI image-layout.md) or
 * `version` and `manifest.json` as `dir:` has them (containers-transports(5)). An archive: `oci-layout`, or the `manifest.json` of `docker save`.
 */
export async function containerReferenceAt(file: string): Promise<string | null> {
  const absolute = path.resolve(file)
  // A colon parts the path from the name inside of it: such a path cannot be written as a reference.
  if (absolute.includes(':')) return null
  const stats = await fs.stat(absolute).catch(() => null)
  if (stats?.isDirectory() === true) return referenceOfFolder(absolute)
  if (stats?.isFile() !== true) return null
  const kind = await kindOfArchive(absolute).catch(() => null)
  return kind === null ? null : `${kind}:${absolute}`
}

async function referenceOfFolder(folder: string): Promise<string | null> {
  const names = new Set(await fs.readdir(folder).catch(() => []))
  if (names.has('oci-layout') && names.has('index.json')) return `oci:${folder}`
  if (names.has('version') && names.has('manifest.json')) return `dir:${folder}`
  return null
}

async function kindOfArchive(file: string): Promise<'oci-archive' | 'docker-archive' | null> {
  return withPackedFile(file, async (opened) => {
    const read = readerOf(opened)
    if (!isTar(new ByteView(await read(0, HEAD_BYTES)))) return null
    let count = 0
    let isDocker = false
    for await (const { name, kind } of readTar(new SeekingInput(read, opened.fileBytes), file)) {
      if (kind === 'file' && name === 'oci-layout') return 'oci-archive'
      if (kind === 'file' && name === 'manifest.json') isDocker = true
      if ((count += 1) > MAX_MEMBERS) return null
    }
    return isDocker ? 'docker-archive' : null
  })
}
