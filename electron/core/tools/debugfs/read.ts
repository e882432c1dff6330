import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import type { Host } from '../../process/host.js'
import { debugfs, debugfsMany, debugfsScript, device, type ExtVolume, isOneLine, requestWord, requireOpen } from './debugfs.js'
import { linkTarget, storedTarget } from './stat.js'

const LISTING_BYTES = 64 * 1024 * 1024

/**
 * Lines of `ls -p`: `/INODE/MODE/UID/GID/NAME/SIZE/`, mode in octal with the file type in its first two digits (debugfs(8)). A name
 * cannot hold a slash, so the fields are certain.
 */
export function parseListing(text: string): GuestEntry[] {
  return text.split('\n').flatMap((line): GuestEntry[] => {
    const match = /^\/\d+\/(\d{2})\d{4}\/\d+\/\d+\/([^/]+)\/(\d*)\/$/.exec(line)
    const [, type, name, size] = match ?? []
    if (name === undefined || name === '.' || name === '..') return []
    const kind = type === '04' ? 'folder' : type === '10' ? 'file' : type === '12' ? 'link' : 'other'
    return [{ name, kind, sizeBytes: kind === 'file' ? Number(size) : null }]
  })
}

/**
 * Names in a folder, an empty list where it is not there; undefined for what is no folder, such as a link to one.
 * Throws `filesystem-unreadable` for what is no ext file system.
 */
export async function listExtFolder(host: Host, volume: ExtVolume, folder: string): Promise<GuestEntry[] | undefined> {
  const { stdout, problem } = await debugfs(host, volume, `ls -p ${requestWord(folder)}`, LISTING_BYTES)
  requireOpen(problem, folder)
  return /not a directory/.test(problem) ? undefined : parseListing(stdout.toString('utf8'))
}

/** The same of many folders in one run; an empty list for what is no folder. */
export async function listExtFolders(
  host: Host,
  volume: ExtVolume,
  folders: readonly string[],
  signal?: AbortSignal,
): Promise<GuestEntry[][]> {
  const askable = folders.filter(isOneLine)
  const requests = askable.map((folder) => `ls -p ${requestWord(folder)}`)
  const outputs = await debugfsMany(host, volume, requests, { maxOutputBytes: LISTING_BYTES, signal })
  const told = new Map(askable.map((folder, index) => [folder, parseListing(outputs[index] ?? '')]))
  return folders.map((folder) => told.get(folder) ?? [])
}

/** As many links in a row as Linux follows. */
const MAX_LINKS = 40

/** debugfs follows links on the way to a file but takes the last one's inode for the file, and its text for block numbers. */
async function followLinks(host: Host, volume: ExtVolume, file: string): Promise<string> {
  let place = file
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const { stdout } = await debugfs(host, volume, `stat ${requestWord(place)}`, 1024 * 1024)
    const target = linkTarget(stdout.toString('utf8'))
    if (target === null) return place
    const text = target === '' ? await storedTarget(host, volume, place) : target
    place = text.startsWith('/') ? text : `${path.posix.dirname(place)}/${text}`
  }
  throw new AppError('guest-file-not-found', { details: { file }, toolOutput: `more than ${MAX_LINKS} symbolic links` })
}

/** Whole content of a file, symlinks followed. Throws `guest-file-not-found`, `guest-file-too-large`, `filesystem-unreadable`. */
export async function readExtFile(host: Host, volume: ExtVolume, name: string, maxBytes: number): Promise<Buffer> {
  const file = await followLinks(host, volume, name)
  try {
    const { stdout, problem } = await debugfs(host, volume, `cat ${requestWord(file)}`, maxBytes)
    if (problem === '') return stdout
    throw explainProblem(problem, file)
  } catch (thrown) {
    if (thrown instanceof AppError && /bytes of output/.test(String(thrown.data.details.problem))) {
      throw new AppError('guest-file-too-large', { details: { file, maxBytes }, cause: thrown })
    }
    throw thrown
  }
}

/**
 * Whole contents of many files, none of them a link, in one run; `sizeBytes` is what the folder's listing says. Undefined for one that
 * debugfs tells otherwise, and for all that follow it.
 */
export async function readExtFiles(
  host: Host,
  volume: ExtVolume,
  files: readonly { readonly path: string; readonly sizeBytes: number }[],
): Promise<(Buffer | undefined)[]> {
  const requests = files.map(({ path: file }) => `cat ${requestWord(file)}`)
  if (files.length === 0 || !files.every((file) => isOneLine(file.path))) return files.map(() => undefined)
  const room = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) + Buffer.byteLength(requests.join('\n')) + files.length * 16
  const { stdout, stderr } = await debugfsScript(host, volume, requests, { maxOutputBytes: room + 64 * 1024 })
  requireOpen(stderr)
  let at = 0
  return files.map(({ sizeBytes }, index) => {
    // Sizes are known, so what a file holds cannot be taken for the next request's echo.
    const echo = Buffer.from(`debugfs: ${requests[index] ?? ''}\n`)
    if (at < 0 || !stdout.subarray(at, at + echo.length).equals(echo) || at + echo.length + sizeBytes > stdout.length) {
      at = -1
      return undefined
    }
    const start = at + echo.length
    at = start + sizeBytes
    return stdout.subarray(start, at)
  })
}

/** The same piece by piece, for files of any size. debugfs cannot begin in the middle: what lies before `offset` is passed over. */
export async function* streamExtFile(
  host: Host,
  volume: ExtVolume,
  name: string,
  range: { offset: number; length: number; signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  const file = await followLinks(host, volume, name)
  const cat = await host.start('debugfs', ['-R', `cat ${requestWord(file)}`, device(volume)], {
    ...(volume.session ? { within: volume.session } : {}),
    limits: { memoryBytes: 1024 ** 3, cpuSeconds: 120 },
    signal: range.signal,
  })
  let at = 0
  const end = range.offset + range.length
  try {
    for await (const chunk of cat.stdout as AsyncIterable<Buffer>) {
      const part = chunk.subarray(Math.max(0, range.offset - at), Math.max(0, end - at))
      at += chunk.length
      if (part.length > 0) yield part
      if (at >= end) return
    }
    const { stderr } = await cat.ended
    const problem = stderr.replace(/^debugfs \d.*$/m, '').trim()
    if (range.signal?.aborted) throw new AppError('cancelled')
    if (problem !== '') throw explainProblem(problem, file)
  } finally {
    await cat.stop(500)
  }
}

function explainProblem(problem: string, file: string): AppError {
  const code = /not found|not a regular file|is a directory/i.test(problem) ? 'guest-file-not-found' : 'filesystem-unreadable'
  return new AppError(code, { details: { file }, toolOutput: problem })
}
