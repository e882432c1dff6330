import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BootJudge } from '#shared/boot-test/judge'
import { SHUT_DOWN_SECONDS } from '#shared/boot-test/kept-machine'
import { AppError } from '#shared/errors/app-error'
import { shellLine } from '#shared/text/shell-quote'
import { describeEnd } from '../../process/run-tool.js'
import type { ToolProcess } from '../../process/host.js'
import { machineArgs, machineTool } from '../../tools/qemu-system/machine-args.js'
import { QmpClient } from '../../tools/qemu-system/qmp.js'
import type { JobContext } from '../job-context.js'
import type { BootConsoles, LiveMachine } from './boot-consoles.js'
import { type HeardConsole, hearConsole } from './hear-console.js'
import { requireKeepable } from './keep-machine.js'
import { listenOnce } from './listen-once.js'
import type { MachineWishes } from './machine-wishes.js'
import type { PreparedBoot } from './prepare-boot.js'
import { openSerialPipes, type SerialPipes } from './serial-pipes.js'
import type { SerialLog } from './serial-log.js'
import { takeScreenshot } from './take-screenshot.js'
import { Trial } from './trial.js'

/** A guest that panicked writes some lines more; they belong to its log. */
const QUIET_MS = 300
const LAST_WORDS_MS = 3000
const STOP_MS = 500
/** By then qemu answers, however busy the machine is. */
const START_MS = 120_000
/** By then qemu has written out what it holds of the disk. */
const CLOSE_MS = 60_000

export interface MachineRun {
  /** Resolves with the first byte on the console, or when there will be none. */
  readonly speaks: Promise<void>
  readonly trial: Trial
  /** Resolves when qemu has ended, however that came about. */
  readonly ended: Promise<void>
  readonly command: string
  firstByteSeconds(): number | null
  /** PNG of the graphical console; null where qemu has none, or has ended. */
  screenshot(): Promise<Buffer | null>
  /** Waits for what the guest still has to say after a failure. */
  lastWords(): Promise<void>
  /**
   * Ends it with its disk whole. `shut-down`: the guest did it itself; `pause`: it was stopped where it was, as it is when `cutOff` resolves
   * before the guest has listened. Throws `tool-timeout`.
   */
  close(how: 'shut-down' | 'pause', cutOff: Promise<void>): Promise<'shut-down' | 'pause'>
  /** Switches it off for good. The whole console was read when it resolves. */
  stop(): Promise<void>
}

export interface MachineWatchers {
  readonly judge: BootJudge
  readonly log: SerialLog
  readonly consoles: BootConsoles
  /** What the user asks of the machine while it runs. */
  readonly wishes: Pick<MachineWishes, 'release' | 'keep' | 'powerOff' | 'keeping'>
}

/** Starts the machine and has what it writes judged, recorded and told, until it is stopped. */
export async function startMachine(ctx: JobContext, prepared: PreparedBoot, watchers: MachineWatchers): Promise<MachineRun> {
  const { judge, log, consoles } = watchers
  const trial = new Trial(judge, prepared.folder)
  ctx.defer(() => trial.endTimers())
  const machine = await switchOn(ctx, prepared, trial)
  const { vm, qmp } = machine
  const screenshot = () => takeScreenshot(qmp, prepared.folder)
  const sshPort = prepared.plan.network === 'user' ? await forwardedPort(qmp) : null
  if (sshPort !== null) ctx.message(`SSH of the guest is at port ${sshPort} of 127.0.0.1`)
  // Before the first byte is read: who looks on gets all of them.
  consoles.open(ctx.jobId, liveMachine(machine, prepared, trial, { ...watchers, screenshot, sshPort }))
  ctx.defer(() => consoles.close(ctx.jobId))
  trial.startTimers()
  const heard = hearConsole(machine.serial.output, trial, { log, tell: (bytes) => consoles.tell(ctx.jobId, bytes) })
  void endTrial(ctx, machine, trial, heard)
  return {
    speaks: Promise.race([heard.speaks, vm.ended.then(() => undefined)]),
    trial,
    ended: vm.ended.then(() => undefined),
    command: machine.command,
    firstByteSeconds: heard.firstByteSeconds,
    screenshot,
    lastWords: async () => {
      const until = performance.now() + LAST_WORDS_MS
      while (trial.silentMs < QUIET_MS && performance.now() < until) await sleep(QUIET_MS / 3)
    },
    close: async (how, cutOff) => {
      const hasEnded = how === 'shut-down' && (await shutDown(machine, cutOff))
      if (!hasEnded) await halt(machine)
      await Promise.all([heard.ended, qmp.ended])
      // A qemu that was killed has ended too.
      return trial.guestSwitchedOff ? 'shut-down' : 'pause'
    },
    stop: async () => {
      await Promise.race([qmp.execute('quit').catch(() => undefined), sleep(STOP_MS)])
      await vm.stop(STOP_MS)
      await heard.ended
    },
  }
}

interface RunningMachine {
  readonly vm: ToolProcess
  readonly qmp: QmpClient
  readonly serial: SerialPipes
  readonly command: string
  readonly tool: ReturnType<typeof machineTool>
}

/** Starts qemu, and waits until it answers. */
async function switchOn(ctx: JobContext, { plan, folder, readFiles }: PreparedBoot, trial: Trial): Promise<RunningMachine> {
  const serial = await openSerialPipes(ctx.host, plan.serialPipes)
  ctx.defer(() => serial.close())
  const control = await listenOnce(plan.sockets.qmp)
  ctx.defer(() => control.close())
  const [tool, args] = [machineTool(plan), machineArgs(plan)]
  trial.begin()
  const vm = await ctx.host.start(tool, args, { access: accessOf(plan, folder, readFiles) })
  ctx.defer(() => vm.stop(STOP_MS))
  void vm.ended.then(() => serial.machineEnded())
  const answers = async (): Promise<QmpClient> => {
    const client = new QmpClient(await control.accepted, (event) => trial.onEvent(event), tool)
    await client.begin()
    return client
  }
  const qmp = await Promise.race([
    answers(),
    vm.ended.then((end) => {
      throw endOf(tool, end, ctx.signal.aborted)
    }),
    sleep(START_MS, undefined, { ref: false }).then(() => {
      throw tooSlow(tool, START_MS)
    }),
  ])
  return { vm, qmp, serial, tool, command: shellLine([tool, ...args]) }
}

/** When qemu ends by itself, all that the guest said is judged before the end is. */
async function endTrial(ctx: JobContext, { vm, qmp, tool }: RunningMachine, trial: Trial, heard: HeardConsole): Promise<void> {
  const error = endOf(tool, await vm.ended, ctx.signal.aborted)
  await Promise.all([heard.ended, qmp.ended])
  trial.over(error)
}

function liveMachine(
  { serial }: RunningMachine,
  prepared: PreparedBoot,
  trial: Trial,
  { judge, log, wishes, ...more }: MachineWatchers & Pick<LiveMachine, 'screenshot' | 'sshPort'>,
): LiveMachine {
  const { screenshot, sshPort } = more
  return {
    write: serial.write,
    screenshot,
    sshPort,
    live: () => ({
      seconds: trial.seconds(),
      state: trial.state,
      accelerator: prepared.accelerator,
      timeline: judge.timeline,
      evidence: judge.evidence,
      missing: judge.missing,
      judged: trial.judged,
      sshPort,
      ...(wishes.keeping === undefined ? {} : { keeping: wishes.keeping }),
    }),
    screenSocket: prepared.plan.sockets.vnc,
    times: () => log.times.all(),
    release: wishes.release,
    powerOff: wishes.powerOff,
    keep: async (target) => {
      await requireKeepable(prepared, target)
      return wishes.keep(target)
    },
  }
}

/** The power button; false where the guest does not listen to it in time. */
async function shutDown({ vm, qmp }: RunningMachine, cutOff: Promise<void>): Promise<boolean> {
  await qmp.execute('system_powerdown').catch(() => undefined)
  return endsWithin(vm, SHUT_DOWN_SECONDS * 1000, cutOff)
}

/** The guest stands still, and qemu writes out what it holds of the disk before it ends. */
async function halt({ vm, qmp, tool }: RunningMachine): Promise<void> {
  await qmp.execute('stop').catch(() => undefined)
  await qmp.execute('quit').catch(() => undefined)
  if (!(await endsWithin(vm, CLOSE_MS))) throw tooSlow(tool, CLOSE_MS)
}

async function endsWithin(vm: ToolProcess, milliseconds: number, cutOff?: Promise<void>): Promise<boolean> {
  const waiting = new AbortController()
  const tooLong = sleep(milliseconds, false, { signal: waiting.signal }).catch(() => false)
  const ended = await Promise.race([vm.ended.then(() => true), tooLong, ...(cutOff ? [cutOff.then(() => false)] : [])])
  waiting.abort()
  return ended
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

function endOf(tool: string, { exitCode, signal, stderr }: Awaited<ToolProcess['ended']>, cancelled: boolean): AppError {
  if (cancelled) return new AppError('cancelled')
  return new AppError('tool-failed', { details: { tool, problem: describeEnd(exitCode, signal) }, toolOutput: stderr })
}

function tooSlow(tool: string, milliseconds: number): AppError {
  return new AppError('tool-timeout', { details: { tool, seconds: milliseconds / 1000 } })
}

/** The port of loopback that leads to SSH of the guest, as qemu's `info usernet` tells it. */
async function forwardedPort(qmp: QmpClient): Promise<number | null> {
  const text = await qmp.execute('human-monitor-command', { 'command-line': 'info usernet' })
  const port = typeof text === 'string' ? /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)/.exec(text)?.[1] : undefined
  return port === undefined ? null : Number(port)
}
