import { constants } from 'node:os'
import { PassThrough } from 'node:stream'
import { execa } from 'execa'
import { AppError } from '#shared/errors/app-error'
import type { CommandRecord } from '#shared/jobs/job'
import { shellLine } from '#shared/text/shell-quote'
import { type CommandLine, LIFELINE_FD } from './command-line.js'
import type { CommandListener, RunOptions, ToolProcess, ToolResult } from './host.js'
import { noteTool } from './own-tools.js'
import { type PauseGate, startDeadline } from './pause-switch.js'
import { killGroup, killTree, terminateGroup } from './process-tree.js'
import { RecordSplitter } from './records.js'
import { standStill } from './stand-still.js'

const STDERR_KEPT = 64 * 1024
const DEFAULT_OUTPUT = 4 * 1024 * 1024
const KILL_AFTER_MS = 5000
/** Behind the standard three and `LIFELINE_FD`. */
export const INFO_FD = 4

export interface RunRequest {
  readonly tool: string
  /** The short command that people see: tool and arguments without the sandbox around them. */
  readonly shown: readonly string[]
  readonly command: CommandLine
  readonly env: Readonly<Record<string, string>>
  readonly options: RunOptions
  readonly onCommand: CommandListener | undefined
  readonly onOutput: ((line: string) => void) | undefined
  /** The tool stands still while it is closed. */
  readonly gate: PauseGate | undefined
}

type Stdio = readonly ['pipe' | 'ignore', 'pipe', 'pipe', ...'pipe'[]]

function spawn(request: RunRequest, stdio: Stdio, signal: AbortSignal | undefined) {
  if (signal?.aborted) throw new AppError('cancelled')
  const [file, ...args] = request.command.argv
  const child = execa(file, args, {
    env: request.env,
    extendEnv: false,
    cwd: '/',
    detached: true,
    cleanup: false,
    buffer: false,
    encoding: 'buffer',
    reject: false,
    stripFinalNewline: false,
    stdio,
  })
  // The one that watches the lifeline outside of the sandbox ends with it.
  if (stdio.length > LIFELINE_FD) child.once('exit', () => closeLifeline(child.stdio[LIFELINE_FD]))
  noteTool(child)
  return child
}

/** The pipe behind `LIFELINE_FD`: for a sandbox of its own; who enters one ends with it. */
function lifeline({ command, options }: RunRequest): readonly 'pipe'[] {
  return command.sandboxed && !options.within ? ['pipe'] : []
}

function closeLifeline(end: unknown): void {
  if (typeof end === 'object' && end !== null && 'destroy' in end && typeof end.destroy === 'function') end.destroy()
}

/** Keeps the last `limit` bytes of a stream. */
class Tail {
  private chunks: Buffer[] = []
  private size = 0
  constructor(private readonly limit: number) {}
  push(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.size += chunk.length
    while (this.size > this.limit * 2 && this.chunks.length > 1) this.size -= this.chunks.shift()?.length ?? 0
  }
  text(): string {
    return Buffer.concat(this.chunks).subarray(-this.limit).toString('utf8').trim()
  }
}

class CommandLog {
  private readonly record: CommandRecord
  private readonly start = performance.now()
  constructor(
    request: RunRequest,
    private readonly listener: CommandListener | undefined,
  ) {
    this.record = {
      line: shellLine(request.shown),
      full: shellLine(request.command.argv),
      startedAt: new Date().toISOString(),
      seconds: null,
      exitCode: null,
      signal: null,
    }
    listener?.(this.record, 'started')
  }
  end(exitCode: number | undefined, signal: string | undefined): number {
    const durationMs = performance.now() - this.start
    this.listener?.({ ...this.record, seconds: durationMs / 1000, exitCode: exitCode ?? null, signal: signal ?? null }, 'ended')
    return durationMs
  }
}

/** A sandboxed tool cannot hear SIGTERM (it is the first process of its pid namespace), so its tree is killed at once. */
function endTree(pid: number | undefined, sandboxed: boolean): void {
  if (pid === undefined) return
  if (sandboxed) killTree(pid)
  else terminateGroup(pid)
}

/**
 * Runs a tool to its end.
 *
 * @throws AppError `cancelled` (the signal), `tool-timeout`, `tool-missing` (the file cannot be executed) or `tool-failed` (an
 * exit code that is not in `okExitCodes`, a signal, or more output than allowed).
 */
export async function runTool(request: RunRequest): Promise<ToolResult> {
  const { options, gate } = request
  await gate?.pass(options.signal)
  const child = spawn(request, [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...lifeline(request)], options.signal)
  const log = new CommandLog(request, request.onCommand)
  let reason: 'cancelled' | 'tool-timeout' | 'output' | undefined
  let killTimer: NodeJS.Timeout | undefined
  const kill = (why: NonNullable<typeof reason>): void => {
    if (reason) return
    reason = why
    endTree(child.pid, request.command.sandboxed)
    killTimer = setTimeout(() => child.pid !== undefined && killTree(child.pid), KILL_AFTER_MS)
  }
  const onAbort = (): void => kill('cancelled')
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const clearDeadline = options.timeoutMs === undefined ? undefined : startDeadline(options.timeoutMs, gate, () => kill('tool-timeout'))
  const goOn = gate && child.pid !== undefined ? standStill(child.pid, gate) : undefined

  const out: Buffer[] = []
  let outBytes = 0
  const limit = options.maxOutputBytes ?? DEFAULT_OUTPUT
  const stderr = new Tail(STDERR_KEPT)
  const outTail = new Tail(STDERR_KEPT)
  const splitters = {
    stdout: new RecordSplitter((record) => options.onRecord?.(record, 'stdout')),
    stderr: new RecordSplitter((record) => {
      options.onRecord?.(record, 'stderr')
      request.onOutput?.(record)
    }),
  }
  child.stdout?.on('data', (chunk: Buffer) => {
    if (options.onRecord) splitters.stdout.push(chunk)
    outBytes += chunk.length
    if (options.tailOnly) outTail.push(chunk)
    else if (outBytes <= limit) out.push(chunk)
    else kill('output')
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    splitters.stderr.push(chunk)
    stderr.push(chunk)
  })
  child.stdin?.on('error', () => {})
  if (options.stdin !== undefined) child.stdin?.end(options.stdin)

  try {
    const result = await child
    if (options.onRecord) splitters.stdout.end()
    splitters.stderr.end()
    const durationMs = log.end(result.exitCode, result.signal)
    const failure = {
      toolOutput: stderr.text() || Buffer.concat(out).subarray(-STDERR_KEPT).toString('utf8').trim(),
      command: shellLine(request.shown),
    }
    if (reason === 'cancelled') throw new AppError('cancelled', failure)
    if (reason === 'tool-timeout') {
      throw new AppError('tool-timeout', { ...failure, details: { tool: request.tool, seconds: (options.timeoutMs ?? 0) / 1000 } })
    }
    if (reason === 'output')
      throw new AppError('tool-failed', { ...failure, details: { tool: request.tool, problem: `more than ${limit} bytes of output` } })
    if (result.code === 'ENOENT' || result.code === 'EACCES') {
      throw new AppError('tool-missing', { details: { tool: request.tool }, actions: [{ kind: 'install-tool', tool: request.tool }] })
    }
    const { exitCode } = result
    if (exitCode === undefined || !(options.okExitCodes ?? [0]).includes(exitCode)) {
      const how = describeEnd(exitCode, result.signal)
      throw new AppError('tool-failed', { ...failure, details: { tool: request.tool, problem: how, exitCode: exitCode ?? -1 } })
    }
    return { exitCode, stdout: Buffer.concat(out), stderr: stderr.text(), durationMs }
  } finally {
    goOn?.()
    clearDeadline?.()
    clearTimeout(killTimer)
    options.signal?.removeEventListener('abort', onAbort)
    killGroup(child.pid)
  }
}

/** bwrap(1), like a shell, ends with 128 and the signal's number when a signal ended the tool. */
export function describeEnd(exitCode: number | null | undefined, signal: string | null | undefined): string {
  if (exitCode === undefined || exitCode === null) return `ended by ${signal ?? 'an unknown cause'}`
  const name = Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0]
  return name === undefined ? `exit code ${exitCode}` : `ended by ${name}`
}

/** Starts a tool that stays up until `stop` or the signal. With `INFO_FD` the sandbox tells the pid of its first process. */
export async function startTool(request: RunRequest): Promise<ToolProcess> {
  const { options } = request
  const withInfo = request.command.sandboxed && !options.within
  await request.gate?.pass(options.signal)
  const child = spawn(request, ['pipe', 'pipe', 'pipe', ...lifeline(request), ...(withInfo ? (['pipe'] as const) : [])], options.signal)
  const log = new CommandLog(request, request.onCommand)
  const goOn = request.gate && child.pid !== undefined ? standStill(child.pid, request.gate) : undefined
  // execa discards what has no listener a moment after the start: an early greeting has to wait for its reader.
  const stdout = new PassThrough()
  child.stdout?.pipe(stdout)
  const stderr = new Tail(STDERR_KEPT)
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin?.on('error', () => {})
  const stop = async (graceMs = KILL_AFTER_MS): Promise<void> => {
    endTree(child.pid, request.command.sandboxed)
    const timer = setTimeout(() => child.pid !== undefined && killTree(child.pid), graceMs)
    await ended
    clearTimeout(timer)
  }
  const onAbort = (): void => void stop()
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const ended = child.then((result) => {
    goOn?.()
    options.signal?.removeEventListener('abort', onAbort)
    killGroup(child.pid)
    log.end(result.exitCode, result.signal)
    return { exitCode: result.exitCode ?? null, signal: result.signal ?? null, stderr: stderr.text() }
  })
  const innerPid = withInfo ? await readInnerPid(child.stdio[INFO_FD] as NodeJS.ReadableStream, ended) : child.pid
  if (child.pid === undefined || innerPid === undefined) {
    const { stderr: toolOutput } = await ended
    if (options.signal?.aborted) throw new AppError('cancelled')
    throw new AppError('tool-failed', {
      details: { tool: request.tool, problem: 'did not start' },
      toolOutput,
      command: shellLine(request.shown),
    })
  }
  return { pid: child.pid, innerPid, stdin: child.stdin as NodeJS.WritableStream as ToolProcess['stdin'], stdout, ended, stop }
}

/** bwrap(1) `--info-fd`: a JSON object with `child-pid`. */
async function readInnerPid(stream: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<number | undefined> {
  let text = ''
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      const match = /"child-pid": *(\d+)/.exec(text)
      if (match && text.includes('}')) resolve(Number(match[1]))
    })
    stream.on('error', () => resolve(undefined))
    void ended.then(() => resolve(undefined))
  })
}
