import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import type { Host, ToolProcess } from '../../process/host.js'

/** An exported disk, and where in it a file system is. */
export interface GrubVolume {
  readonly disk: string
  readonly session: ToolProcess | undefined
  /** GRUB's name: `(loop0)`, `(loop0,gpt2)`, `(loop0,msdos5)`. */
  readonly device: string
}

/** GRUB's device name of a partition; 0 is the whole disk. GRUB Manual, "Device syntax". */
export function grubDevice(table: 'gpt' | 'mbr' | 'none', partition: number): string {
  if (table === 'none' || partition === 0) return '(loop0)'
  return `(loop0,${table === 'gpt' ? 'gpt' : 'msdos'}${partition})`
}

const LIMITS = { memoryBytes: 1024 ** 3, cpuSeconds: 10 }

async function grub(
  host: Host,
  volume: GrubVolume,
  args: readonly string[],
  maxOutputBytes: number,
  signal?: AbortSignal,
): Promise<Buffer> {
  const result = await host.run('grub-fstest', [volume.disk, ...args], {
    signal,
    timeoutMs: 10_000,
    limits: LIMITS,
    maxOutputBytes,
    ...(volume.session ? { within: volume.session } : {}),
  })
  return result.stdout
}

/** `ls -l` opens each file by a walk through the folder: 5000 names take it 11 s, where plain `ls` takes 15 ms (measured). */
const LONG_LISTING_BYTES = 32 * 1024

/**
 * Names in a folder, symlinks followed on the way. A folder that is not there lists as empty: GRUB makes no difference.
 * `ls -l` tells kinds and sizes but leaves out links to folders, plain `ls` has all names in one line; together they tell all.
 * Of very large folders there is the plain one alone: no sizes, and names with spaces fall apart.
 */
export async function listFolder(host: Host, volume: GrubVolume, folder: string): Promise<GuestEntry[]> {
  const target = `${volume.device}${folder.endsWith('/') ? folder : `${folder}/`}`
  const tooLarge = new AbortController()
  const long = grub(host, volume, ['ls', '--', '-l', target], 8 * 1024 * 1024, tooLarge.signal)
  long.catch(() => {})
  try {
    const short = await grub(host, volume, ['ls', target], 8 * 1024 * 1024)
    if (short.length > LONG_LISTING_BYTES) return parseShortListing(short.toString('utf8'))
    return mergeListings(parseLongListing((await long).toString('utf8')), short.toString('utf8'))
  } finally {
    tooLarge.abort()
  }
}

/** All names by the plain listing alone, which marks folders with `/` and puts a space behind each name. */
export function parseShortListing(text: string): GuestEntry[] {
  const words = text.split(/[ \n]/).filter((word) => !['', './', '../'].includes(word))
  return words.map((word) => ({ name: word.replace(/\/$/, ''), kind: word.endsWith('/') ? 'folder' : 'file', sizeBytes: null }))
}

/**
 * Lines of GRUB's `ls -l` (grub-core/commands/ls.c, `print_files_long`): size or `DIR`, a date of 14 digits when known, the name,
 * and `/` behind folders. `.` and `..` are left out.
 */
export function parseLongListing(text: string): GuestEntry[] {
  return text.split('\n').flatMap((line): GuestEntry[] => {
    const match = /^(DIR|\d+|\?{4})\s+(?:\d{14} |-{14} )?(.+?)(\/?)$/.exec(line)
    if (!match) return []
    const [, size, name, slash] = match
    if (name === undefined || name === '.' || name === '..') return []
    if (slash === '/') return [{ name, kind: 'folder', sizeBytes: null }]
    return [{ name, kind: 'file', sizeBytes: size && /^\d+$/.test(size) ? Number(size) : null }]
  })
}

/** Adds the names that only the short listing has, as links. Names may hold spaces, so it is read along the known ones. */
export function mergeListings(known: readonly GuestEntry[], short: string): GuestEntry[] {
  const merged: GuestEntry[] = []
  const waiting = new Map(known.map((entry) => [entry.kind === 'folder' ? `${entry.name}/` : entry.name, entry]))
  let words: string[] = []
  const flush = (): void => {
    for (const name of words)
      if (!['./', '../', ''].includes(name)) merged.push({ name: name.replace(/\/$/, ''), kind: 'link', sizeBytes: null })
    words = []
  }
  const line = short.replaceAll('\n', '')
  let position = 0
  while (position < line.length) {
    const next = nextKnown(line, position, waiting)
    if (next) {
      flush()
      merged.push(next.entry)
      waiting.delete(next.text)
      position += next.text.length + 1
    } else {
      const space = line.indexOf(' ', position)
      const end = space < 0 ? line.length : space
      words.push(line.slice(position, end))
      position = end + 1
    }
  }
  flush()
  return [...merged, ...waiting.values()]
}

function nextKnown(
  line: string,
  position: number,
  waiting: ReadonlyMap<string, GuestEntry>,
): { text: string; entry: GuestEntry } | undefined {
  let best: { text: string; entry: GuestEntry } | undefined
  for (const [text, entry] of waiting) {
    if (line.startsWith(`${text} `, position) && text.length > (best?.text.length ?? 0)) best = { text, entry }
  }
  return best
}

/** False where none of GRUB's drivers knows the file system: it would list as empty. */
export async function recognizesFilesystem(host: Host, volume: GrubVolume): Promise<boolean> {
  try {
    // There is no such file; what counts is whether GRUB gets as far as looking for it.
    await grub(host, volume, ['cat', `${volume.device}/.diskwright-probe`], 1024)
    return true
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'tool-failed') throw thrown
    return !/unknown filesystem/.test(thrown.data.toolOutput ?? '')
  }
}

/** Whole content of a file, symlinks followed. Throws `guest-file-not-found`, `guest-file-too-large` or `filesystem-unreadable`. */
export async function readGuestFile(host: Host, volume: GrubVolume, file: string, maxBytes: number): Promise<Buffer> {
  try {
    return await grub(host, volume, ['cat', `${volume.device}${file}`], maxBytes)
  } catch (thrown) {
    throw explainGrubError(thrown, file, maxBytes)
  }
}

/** The same piece by piece, for files of any size; from `offset`, at most `length` bytes. */
export async function* streamGuestFile(
  host: Host,
  volume: GrubVolume,
  file: string,
  range: { offset: number; length?: number | undefined; signal?: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  const part = [
    ...(range.offset > 0 ? ['-s', String(range.offset)] : []),
    ...(range.length === undefined ? [] : ['-n', String(range.length)]),
  ]
  const cat = await host.start('grub-fstest', [volume.disk, 'cat', ...part, `${volume.device}${file}`], {
    signal: range.signal,
    limits: { ...LIMITS, cpuSeconds: 120 },
    ...(volume.session ? { within: volume.session } : {}),
  })
  try {
    yield* cat.stdout as AsyncIterable<Uint8Array>
    const { exitCode, stderr } = await cat.ended
    if (range.signal?.aborted) throw new AppError('cancelled')
    if (exitCode !== 0 && !/invalid skip value/.test(stderr)) throw grubError(stderr, file, {})
  } finally {
    await cat.stop(500)
  }
}

/** Texts of GRUB 2.06. */
function explainGrubError(thrown: unknown, file: string, maxBytes: number): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'tool-failed') return thrown
  const text = thrown.data.toolOutput ?? ''
  const rest = { command: thrown.data.command, cause: thrown }
  if (/bytes of output/.test(String(thrown.data.details.problem))) {
    return new AppError('guest-file-too-large', { ...rest, details: { file, maxBytes } })
  }
  return grubError(text, file, rest)
}

function grubError(text: string, file: string, more: { command?: string | undefined; cause?: unknown }): AppError {
  const rest = { ...more, toolOutput: text }
  if (/not found|no such (file|partition)|not a regular file|is a directory|invalid file name/i.test(text))
    return new AppError('guest-file-not-found', { ...rest, details: { file } })
  return new AppError('filesystem-unreadable', { ...rest, details: { file } })
}
