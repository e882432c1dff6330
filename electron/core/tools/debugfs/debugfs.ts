import { AppError } from '#shared/errors/app-error'
import type { Host, ToolProcess } from '../../process/host.js'

/** An ext2, ext3 or ext4 file system on an exported disk. */
export interface ExtVolume {
  readonly disk: string
  readonly session: ToolProcess | undefined
  /** Bytes from the start of the disk. */
  readonly offset: number
}

const LIMITS = { memoryBytes: 1024 ** 3, cpuSeconds: 10 }
/** A line of debugfs's command file is cut at 8 KiB, and the rest would be a command of its own. */
const MAX_PATH = 4096

/** debugfs exits with 0 whatever happens; what went wrong stands on stderr behind its version line. */
export async function debugfs(
  host: Host,
  volume: ExtVolume,
  request: string,
  maxOutputBytes: number,
): Promise<{ stdout: Buffer; problem: string }> {
  const result = await host.run('debugfs', ['-R', request, device(volume)], {
    okExitCodes: [0, 1],
    timeoutMs: 10_000,
    limits: LIMITS,
    maxOutputBytes,
    ...(volume.session ? { within: volume.session } : {}),
  })
  return { stdout: result.stdout, problem: problemOf(result.stderr) }
}

/** Output of each of many requests, in one run. A request is repeated on stdout as `debugfs: REQUEST` before its output. */
export async function debugfsMany(
  host: Host,
  volume: ExtVolume,
  requests: readonly string[],
  options: { maxOutputBytes: number; signal?: AbortSignal | undefined },
): Promise<string[]> {
  if (requests.length === 0) return []
  const { stdout, stderr } = await debugfsScript(host, volume, requests, options)
  requireOpen(stderr)
  return splitOutputs(stdout.toString('utf8'), requests)
}

/** The bytes that many requests print in one run, and what went wrong. */
export async function debugfsScript(
  host: Host,
  volume: ExtVolume,
  requests: readonly string[],
  options: { maxOutputBytes: number; signal?: AbortSignal | undefined },
): Promise<{ stdout: Buffer; stderr: string }> {
  const { stdout, stderr } = await host.run('debugfs', ['-f', '-', device(volume)], {
    stdin: `${requests.join('\n')}\n`,
    okExitCodes: [0, 1],
    timeoutMs: 20_000,
    limits: { ...LIMITS, cpuSeconds: 20 },
    signal: options.signal,
    maxOutputBytes: options.maxOutputBytes,
    ...(volume.session ? { within: volume.session } : {}),
  })
  return { stdout, stderr: problemOf(stderr) }
}

/** Cuts stdout of many requests at their echoes; empty for one whose echo is missing. */
export function splitOutputs(text: string, requests: readonly string[]): string[] {
  const lines = `\n${text}`
  let from = 0
  const places = requests.map((request) => {
    const echo = `\ndebugfs: ${request}\n`
    const start = lines.indexOf(echo, from)
    if (start < 0) return { start: lines.length, body: lines.length }
    // The echo's own line break can be the one that the next echo begins with.
    from = start + echo.length - 1
    return { start, body: from }
  })
  return places.map(({ body }, index) => lines.slice(body, places[index + 1]?.start ?? lines.length))
}

export function device(volume: ExtVolume): string {
  return `${volume.disk}?offset=${volume.offset}`
}

function problemOf(stderr: string): string {
  return stderr.replace(/^debugfs \d.*$/m, '').trim()
}

/** Throws `filesystem-unreadable` where debugfs says that it could not open the file system. */
export function requireOpen(problem: string, file = '/'): void {
  if (/Filesystem not open|while trying to open/.test(problem))
    throw new AppError('filesystem-unreadable', { details: { file }, toolOutput: problem })
}

/** A path as one word of debugfs's request parser (lib/ss/parse.c): in double quotes, and those doubled. */
export function requestWord(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

/** Whether a path can stand in a command file: a line break in it would begin another command. */
export function isOneLine(path: string): boolean {
  return path.length <= MAX_PATH && !/[\n\0]/.test(path)
}
