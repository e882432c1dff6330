import fs from 'node:fs/promises'
import path from 'node:path'
import { constants, gunzipSync } from 'node:zlib'
import { compressionOf } from '#shared/archives/compression'
import { AppError } from '#shared/errors/app-error'
import { ByteView } from '#shared/images/byte-view'
import { isTar } from '../unpack/packed-source.js'
import { readerOf, withPackedFile } from '../unpack/packed-file.js'
import { readTar, SeekingInput } from '../unpack/tar-reader.js'

const HEAD_BYTES = 512
const GZIP_BYTES = 64 * 1024
const MAX_UNPACKED_BYTES = 128 * 1024 * 1024
/** Both programs that write archives put the files that tell early or last; an archive of more members than this is of something else. */
const MAX_MEMBERS = 4096

/**
 * The reference of a file or folder that is a container image, by what lies in it; null for all else. A folder: `oci-layout` (OCI image-layout.md) or
 * `version` and `manifest.json` as `dir:` has them (containers-transports(5)). An archive: `oci-layout`, or the `manifest.json` of `docker save`, also in gzip.
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

/** Says that a file or folder is an image, and how it is opened: its disks lie in its layers. */
export function containerError(file: string, reference: string): AppError {
  return new AppError('image-unsupported', {
    details: {
      path: file,
      feature: 'A container image',
      reason: 'Its disks lie in its layers',
      next: `Open it as a container image: \`diskwright containers disks ${reference}\` lists them, \`diskwright extract\` takes one out.`,
    },
    actions: [{ kind: 'open-container', reference }],
  })
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
    const head = await read(0, HEAD_BYTES)
    if (compressionOf(head) === 'gzip') return kindOfGzip(await read(0, GZIP_BYTES), file)
    if (!isTar(new ByteView(head))) return null
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

/** What `docker save | gzip` made, by the first of its names: to see all of them, all of it would have to be unpacked. */
async function kindOfGzip(packed: Uint8Array, file: string): Promise<'oci-archive' | 'docker-archive' | null> {
  const head = gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED_BYTES })
  if (!isTar(new ByteView(head))) return null
  const first = await firstName(head, file)
  // An archive of docker that begins like that is a layout as well.
  if (/^(?:oci-layout|index\.json|blobs\/.*)$/.test(first)) return 'oci-archive'
  return /^[0-9a-f]{64}(?:\.tar|\.json|\/.*)$/.test(first) ? 'docker-archive' : null
}

async function firstName(head: Buffer, file: string): Promise<string> {
  const input = new SeekingInput((offset, length) => head.subarray(offset, offset + length), head.length)
  for await (const { name } of readTar(input, file)) return name
  return ''
}
