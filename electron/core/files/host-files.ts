import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { HostFiles } from '#shared/files-calls'

const MAX_FILES = 2000
const MAX_DEPTH = 32
/** Larger files are not read twice only to be sure that they stay what they are. */
const HASHED_BYTES = 8 * 1024 * 1024

/** Files and folders to put into an image. Links in folders are left out: what they lead to was not chosen. Never throws. */
export async function describeHostFiles(paths: readonly string[]): Promise<HostFiles> {
  const found: { files: HostFiles['files']; folders: string[]; leftOut: string[] } = { files: [], folders: [], leftOut: [] }
  for (const chosen of paths) await describe(path.resolve(chosen), path.basename(chosen), 0, found)
  return found
}

async function describe(
  file: string,
  relative: string,
  depth: number,
  found: { files: HostFiles['files']; folders: string[]; leftOut: string[] },
): Promise<void> {
  const stats = await (depth === 0 ? stat(file) : lstat(file)).catch(() => null)
  if (stats?.isFile() && found.files.length < MAX_FILES) {
    const sha256 = stats.size <= HASHED_BYTES ? await hashOf(file).catch(() => undefined) : null
    if (sha256 === undefined) found.leftOut.push(`${relative}: it cannot be read`)
    else found.files.push({ path: file, relative, sizeBytes: stats.size, executable: (stats.mode & 0o111) !== 0, sha256 })
    return
  }
  const names = stats?.isDirectory() && depth < MAX_DEPTH ? await readdir(file).catch(() => null) : null
  if (names === null) {
    found.leftOut.push(`${relative}: ${reasonFor(stats, found.files.length)}`)
    return
  }
  found.folders.push(relative)
  for (const name of names.toSorted()) await describe(path.join(file, name), `${relative}/${name}`, depth + 1, found)
}

function reasonFor(stats: { isFile(): boolean; isSymbolicLink(): boolean; isDirectory(): boolean } | null, files: number): string {
  if (!stats) return 'it is not there'
  if (stats.isFile() && files >= MAX_FILES) return `more than ${MAX_FILES} files`
  if (stats.isSymbolicLink()) return 'a link'
  return stats.isDirectory() ? 'it cannot be read' : 'a device, a pipe or a socket'
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
