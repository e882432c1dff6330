import fs from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BootLive, stateAfter } from '#shared/boot-test/boot-live'
import type { BootJudge } from '#shared/boot-test/judge'
import { SerialLines } from '#shared/boot-test/serial-lines'
import { AppError } from '#shared/errors/app-error'
import { shellLine } from '#shared/text/shell-quote'
import { describeEnd } from '../../process/run-tool.js'
import type { ToolProcess } from '../../process/host.js'
import { machineArgs } from '../../tools/qemu-system/machine-args.js'
import { QmpClient, type QmpEvent } from '../../tools/qemu-system/qmp.js'
import type { JobContext } from '../job-context.js'
import type { BootConsoles } from './boot-consoles.js'
import type { PreparedBoot } from './prepare-boot.js'
import { readScreen } from './read-screen.js'
import { openSerialPipes } from './serial-pipes.js'
import { pngOfPpm } from './screenshot-png.js'
import type { SerialLog } from './serial-log.js'
import { watchSilence } from './watch-silence.js'

/** A guest that stops within a row for so long shows a prompt. */
const PROMPT_MS = 100
/** A guest that panicked writes some lines more; they belong to its log. */
const QUIET_MS = 300
const LAST_WORDS_MS = 3000
const STOP_MS = 500
/** By then qemu answers, however busy the machine is. */
const START_MS = 120_000

const TOOL = 'qemu-system-x86_64'

export interface MachineRun {
  /** Resolves with the first byte on the console, or when there will be none. */
  readonly speaks: Promise<void>
  /** Resolves when the judge has decided. Throws `tool-failed` when qemu ended by itself, `no-space`, `cancelled`. */
  readonly decided: Promise<void>
  readonly command: string
  /** Seconds since the machine was switched on. */
  seconds(): number
  firstByteSeconds(): number | null
  /** PNG of the graphical console; null where qemu has none, or has ended. */
  screenshot(): Promise<Buffer | null>
  /** Waits for what the guest still has to say after a failure. */
  lastWords(): Promise<void>
  /** Switches it off for good. The whole console was read when it resolves. */
  stop(): Promise<void>
}

export interface MachineWatchers {
  readonly judge: BootJudge
  readonly log: SerialLog
  readonly consoles: BootConsoles
}

/** Starts the machine and has what it writes judged, recorded and told, until it is stopped. */
export async function startMachine(
  ctx: JobContext,
  { plan, folder, readFiles }: PreparedBoot,
  { judge, log, consoles }: MachineWatchers,
): Promise<MachineRun> {
  const serial = await openSerialPipes(ctx.host, plan.serialPipes)
  ctx.defer(() => serial.close())
  const qmpSocket = await listen(plan.sockets.qmp)
  const args = machineArgs(plan)
  const started = performance.now()
  const seconds = () => Math.round(performance.now() - started) / 1000
  ctx.defer(() => qmpSocket.close())
  const vm = await ctx.host.start(TOOL, args, { access: accessOf(plan, folder, readFiles) })
  ctx.defer(() => vm.stop(STOP_MS))
  void vm.ended.then(() => serial.machineEnded())

  let firstByte: number | null = null
  let promptTimer: NodeJS.Timeout | undefined
  let heardAt = performance.now()
  let guestStopped: string | null = null
  let state: BootLive['state'] = 'running'
  let judged: BootLive['judged'] = null
  const decision = promise<void>()
  const voice = promise<void>()
  const decide = (): void => {
    if (!judge.verdict) return
    judged ??= { ...judge.verdict, seconds: seconds() }
    decision.resolve()
  }
  const onEvent = ({ name, data }: QmpEvent): void => {
    state = stateAfter(name) ?? state
    if (name === 'RESET' && data.guest === true) judge.restarted(seconds())
    if (name === 'SHUTDOWN' && data.guest === true) guestStopped = 'The guest switched itself off'
    if (name === 'BLOCK_IO_ERROR' && data.nospace === true) decision.reject(new AppError('no-space', { details: { path: folder } }))
    decide()
  }

  const failure = vm.ended.then((end) => endOf(end, ctx.signal.aborted))
  const qmp = await Promise.race([
    connect(qmpSocket.accepted, onEvent),
    failure.then(fail),
    sleep(START_MS, undefined, { ref: false }).then(() => {
      throw new AppError('tool-timeout', { details: { tool: TOOL, seconds: START_MS / 1000 } })
    }),
  ])

  const screenshot = async (): Promise<Buffer | null> => {
    const file = path.join(folder, 'screen.ppm')
    try {
      await qmp.execute('screendump', { filename: file })
      const picture = await readScreen(file)
      return picture && pngOfPpm(picture)
    } catch {
      return null
    } finally {
      await fs.rm(file, { force: true })
    }
  }
  const sshPort = plan.network === 'user' ? await forwardedPort(qmp) : null
  if (sshPort !== null) ctx.message(`SSH of the guest is at port ${sshPort} of 127.0.0.1`)
  // Before the first byte is read: who looks on gets all of them.
  consoles.open(ctx.jobId, {
    write: serial.write,
    screenshot,
    sshPort,
    live: () => ({
      seconds: seconds(),
      state,
      timeline: judge.timeline,
      evidence: judge.evidence,
      missing: judge.missing,
      judged,
      sshPort,
    }),
    screenSocket: plan.sockets.vnc,
    times: () => log.times.all(),
    release: () => false,
  })
  ctx.defer(() => consoles.close(ctx.jobId))

  const silence = watchSilence(judge, () => heardAt, decide)
  const deadline = setTimeout(() => {
    judge.timedOut(judge.expect.timeoutSeconds)
    decide()
  }, judge.expect.timeoutSeconds * 1000)
  const endTimers = (): void => {
    clearTimeout(deadline)
    clearTimeout(promptTimer)
    silence.end()
  }
  ctx.defer(endTimers)

  const lines = new SerialLines((line) => judge.line(line, seconds()))
  const lookAtPrompt = (): void => {
    judge.partial(lines.pending, seconds())
    decide()
  }
  const read = readConsole(serial.output, async (chunk, text) => {
    heardAt = performance.now()
    firstByte ??= seconds()
    voice.resolve()
    await log.write(chunk, seconds())
    consoles.tell(ctx.jobId, chunk)
    lines.push(text)
    clearTimeout(promptTimer)
    promptTimer = setTimeout(lookAtPrompt, PROMPT_MS)
    silence.heard()
    decide()
  })

  void failure.then(async (error) => {
    voice.resolve()
    // What it said last is still on its way.
    await Promise.all([read, qmp.ended])
    lines.end()
    if (guestStopped !== null) judge.stopped(guestStopped)
    decide()
    decision.reject(error)
  })
  decision.promise.then(endTimers, endTimers)

  return {
    speaks: voice.promise,
    decided: decision.promise,
    command: shellLine([TOOL, ...args]),
    seconds,
    firstByteSeconds: () => firstByte,
    screenshot,
    lastWords: async () => {
      const until = performance.now() + LAST_WORDS_MS
      while (performance.now() - heardAt < QUIET_MS && performance.now() < until) await sleep(QUIET_MS / 3)
    },
    stop: async () => {
      await Promise.race([qmp.execute('quit').catch(() => undefined), sleep(STOP_MS)])
      await vm.stop(STOP_MS)
      await read
    },
  }
}

function accessOf(plan: PreparedBoot['plan'], folder: string, readFiles: readonly string[]) {
  const sockets = path.dirname(plan.sockets.qmp)
  return {
    read: [...readFiles],
    write: [...new Set([folder, sockets])],
    ...(plan.accelerator === 'kvm' ? { devices: ['/dev/kvm'] } : {}),
    ...(plan.network === 'user' ? { network: true } : {}),
  }
}

function endOf({ exitCode, signal, stderr }: Awaited<ToolProcess['ended']>, cancelled: boolean): AppError {
  if (cancelled) return new AppError('cancelled')
  return new AppError('tool-failed', { details: { tool: TOOL, problem: describeEnd(exitCode, signal) }, toolOutput: stderr })
}

function fail(error: AppError): never {
  throw error
}

async function connect(control: Promise<net.Socket>, onEvent: (event: QmpEvent) => void): Promise<QmpClient> {
  const qmp = new QmpClient(await control, onEvent)
  await qmp.begin()
  return qmp
}

/** A socket that qemu connects to: nothing that it says is lost, and nobody has to wait for a file to come. */
async function listen(file: string): Promise<{ accepted: Promise<net.Socket>; close(): void }> {
  const server = net.createServer()
  const { promise: accepted, resolve } = promise<net.Socket>()
  let open: net.Socket | undefined
  server.once('connection', (socket) => {
    open = socket
    socket.on('error', () => {})
    socket.pause()
    server.close()
    resolve(socket)
  })
  await new Promise<void>((ready, failed) => {
    server.once('error', failed)
    server.listen(file, ready)
  })
  return {
    accepted,
    close: () => {
      server.close()
      open?.destroy()
    },
  }
}

/** Reads to the end, one piece after the other: a guest that writes faster than is judged has to wait. */
async function readConsole(output: AsyncIterable<Buffer>, take: (chunk: Buffer, text: string) => Promise<void>): Promise<void> {
  const decoder = new TextDecoder('utf-8')
  try {
    for await (const bytes of output) {
      await take(bytes, decoder.decode(bytes, { stream: true }))
    }
  } catch {
    // The pipe was closed with the job; why qemu ended is told by its process.
  }
}

/** The port of loopback that leads to SSH of the guest, as qemu's `info usernet` tells it. */
async function forwardedPort(qmp: QmpClient): Promise<number | null> {
  const text = await qmp.execute('human-monitor-command', { 'command-line': 'info usernet' })
  const port = typeof text === 'string' ? /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(text)?.[1] : undefined
  return port === undefined ? null : Number(port)
}

function promise<T>(): { promise: Promise<T>; resolve(value: T): void; reject(error: Error): void } {
  let resolve: (value: T) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const made = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  made.catch(() => {})
  return { promise: made, resolve, reject }
}
