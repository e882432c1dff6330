import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import type { Host, ToolProcess } from '../../process/host.js'

/** An ext2, ext3 or ext4 file system on an exported disk. */
export interface ExtVolume {
  readonly disk: string
  readonly session: ToolProcess | undefined
  /** Bytes from the start of the disk. */
  readonly offset: number
}

const LIMITS = { memoryBytes: 1024 ** 3, cpuSeconds: 10 }

/** debugfs exits with 0 whatever happens; what went wrong stands on stderr behind its version line. */
async function debugfs(
  host: Host,
  volume: ExtVolume,
  request: string,
  maxOutputBytes: number,
): Promise<{ stdout: Buffer; problem: string }> {
  const result = await host.run('debugfs', ['-R', request, `${volume.disk}?offset=${volume.offset}`], {
    okExitCodes: [0, 1],
    timeoutMs: 10_000,
    limits: LIMITS,
    maxOutputBytes,
    ...(volume.session ? { within: volume.session } : {}),
  })
  return { stdout: result.stdout, problem: result.stderr.replace(/^debugfs \d.*$/m, '').trim() }
}

/** A path as one word of debugfs's request parser (lib/ss/parse.c): in double quotes, and those doubled. */
export function requestWord(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

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

/** Names in a folder, an empty list where it is not there. Throws `filesystem-unreadable` for what is no ext file system. */
export async function listExtFolder(host: Host, volume: ExtVolume, folder: string): Promise<GuestEntry[]> {
  const { stdout, problem } = await debugfs(host, volume, `ls -p ${requestWord(folder)}`, 8 * 1024 * 1024)
  if (/Filesystem not open|while trying to open/.test(problem))
    throw new AppError('filesystem-unreadable', { details: { file: folder }, toolOutput: problem })
  return parseListing(stdout.toString('utf8'))
}

/** As many links in a row as Linux follows. */
const MAX_LINKS = 40

/** Target of a symlink by `stat`, which quotes short ones: empty for one that stands in the link's data, null for any other file. */
export function linkTarget(stat: string): string | null {
  if (!/^Inode: \d+ +Type: symlink\b/m.test(stat)) return null
  return /^Fast link dest: "(.*)"$/m.exec(stat)?.[1] ?? ''
}

/** debugfs follows links on the way to a file but takes the last one's inode for the file, and its text for block numbers. */
async function followLinks(host: Host, volume: ExtVolume, file: string): Promise<string> {
  let place = file
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const { stdout } = await debugfs(host, volume, `stat ${requestWord(place)}`, 1024 * 1024)
    const target = linkTarget(stdout.toString('utf8'))
    if (target === null) return place
    const text = target === '' ? (await debugfs(host, volume, `cat ${requestWord(place)}`, 4096)).stdout.toString('utf8') : target
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
    const code = /not found|not a regular file|is a directory/i.test(problem) ? 'guest-file-not-found' : 'filesystem-unreadable'
    throw new AppError(code, { details: { file }, toolOutput: problem })
  } catch (thrown) {
    if (thrown instanceof AppError && /bytes of output/.test(String(thrown.data.details.problem))) {
      throw new AppError('guest-file-too-large', { details: { file, maxBytes }, cause: thrown })
    }
    throw thrown
  }
}
