import fs from 'node:fs/promises'
import path from 'node:path'
import type { BootLive } from '#shared/boot-test/boot-live'
import { PHASE_TITLES } from '#shared/boot-test/boot-phases'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import { archOf } from '#shared/boot-test/firmware-descriptor'
import { BootJudge } from '#shared/boot-test/judge'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { EngineId } from '#shared/jobs/job-requests'
import type { JobContext } from '../job-context.js'
import { requireUnchanged } from '../require-unchanged.js'
import { whileSpaceLasts } from '../watch-space.js'
import type { BootConsoles } from './boot-consoles.js'
import { type DiskHold, keptFolder, SCREEN_FILE, SERIAL_FILE } from './boot-folders.js'
import { guardedExpression } from './guarded-expression.js'
import { openGuestLink } from './guest-link.js'
import { type Keeping, keepMachine } from './keep-machine.js'
import { MachineWishes } from './machine-wishes.js'
import { type PreparedBoot, prepareBoot } from './prepare-boot.js'
import { type MachineRun, startMachine } from './run-machine.js'
import { SerialLog } from './serial-log.js'

/** What the guest asked first is what matters. */
const MAX_REQUESTS = 200

const VERDICT_WORDS = { pass: 'Passed', fail: 'Failed', timeout: 'Ended by time-out', none: 'Ended without a verdict' } as const

export interface BootTestSurroundings {
  readonly engine: EngineId | 'auto'
  readonly consoles: BootConsoles
  /** Bytes that other tests were promised which began before this one, and that they do not have yet. */
  readonly promisedMemory: (jobId: string) => number
}

/**
 * Boots an image with its edits in a machine that keeps nothing, and judges what it says on its serial console. The image is only read.
 * A test that is not passed is a result, not an error.
 *
 * @throws AppError `tool-missing`, `tool-failed` when qemu ends by itself, `image-changed`, `not-enough-memory`, `no-space` …
 */
export async function bootTest(ctx: JobContext, input: BootTestInput, around: BootTestSurroundings): Promise<JobOutput> {
  const hold: DiskHold = { isLeft: false }
  const prepared = await ctx.step('prepare', () => prepareBoot(ctx, input, { ...around, hold }))
  ctx.message(prepared.accelerator.reason)
  for (const note of prepared.notes) ctx.log(note)
  const test = await whileSpaceLasts(ctx, prepared.folder, (watched) => runTest(watched, input, prepared, around.consoles))
  // From here on nothing fills the disk that the machine lies on, and a full one must not take the machine's disk with it.
  const keeping = test.keep && (await keepMachine(ctx, input, prepared, { ...test, ...test.keep }))
  if (!keeping) ctx.skip('keep')
  const unkept = keeping && 'unkept' in keeping ? keeping.unkept : undefined
  hold.isLeft = typeof unkept?.disk === 'string'
  await ctx.step('clean', async () => {
    await test.machine.stop()
    await test.closeLog()
    // Whatever happened in the machine: the image is what it was.
    await requireUnchanged(prepared.source)
  })
  const report: BootTestReport = {
    ...test.report(),
    ...(keeping && 'path' in keeping ? { kept: keeping.path } : {}),
    ...(unkept === undefined ? {} : { unkept }),
  }
  return {
    path: report.serial.path,
    bytes: (await fs.stat(report.serial.path)).size,
    proofs: [...prepared.proofs, ...proofsOf(report), ...(keeping?.proofs ?? [])],
    ...(prepared.engine === undefined ? {} : { engine: prepared.engine }),
    bootTest: report,
  }
}

interface RanTest {
  readonly machine: MachineRun
  readonly wishes: MachineWishes
  /** Where its disk is to be kept. */
  readonly keep: Pick<Keeping, 'target' | 'isAsked'> | null
  closeLog(): Promise<void>
  /** What was found; the log is closed by then. */
  report(): BootTestReport
}

/** Boots, and waits for the verdict and for the end of the time in which the machine stays on. */
async function runTest(ctx: JobContext, input: BootTestInput, prepared: PreparedBoot, consoles: BootConsoles): Promise<RanTest> {
  const kept = await keptFolder(ctx)
  const log = await SerialLog.open(path.join(kept, SERIAL_FILE))
  let isOpen = true
  const closeLog = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await log.close()
  }
  ctx.defer(closeLog)
  const judge = new BootJudge(
    { expect: input.expect, wanted: prepared.wanted },
    (phase) => ctx.message(PHASE_TITLES[phase]),
    guardedExpression,
  )
  const wishes = new MachineWishes()
  const machine = await ctx.step('boot', async () => {
    const requests = await openMetadata(ctx, prepared)
    const run = await startMachine(ctx, prepared, { judge, log, consoles, wishes })
    // A machine that says nothing can be kept too.
    await Promise.race([run.speaks, run.trial.decided, wishes.asked])
    return { ...run, requests }
  })
  const judged = await ctx.step('judge', () => awaitVerdict(ctx, machine, input, wishes))
  if (judged.verdict === 'fail') await machine.lastWords()
  const screenshot = input.screenshot ? await keepScreenshot(machine, path.join(kept, SCREEN_FILE)) : null
  const asked = wishes.settle()
  const target = asked ?? (judged.verdict === 'pass' ? input.keep : undefined)
  const report = (): BootTestReport => ({
    verdict: judged.verdict,
    reason: judged.reason,
    evidence: judge.evidence,
    missing: judge.missing,
    timeline: judge.timeline,
    firstByteSeconds: machine.firstByteSeconds(),
    seconds: judged.seconds,
    restarts: judge.restarts,
    serial: { path: log.path, bytes: log.bytes, leftOutBytes: log.leftOutBytes },
    screenshot,
    ...machineFacts(input, prepared),
    ...(prepared.metadata === null ? {} : { metadata: { service: prepared.metadata.service, requests: machine.requests } }),
    command: machine.command,
    notes: [...prepared.notes],
  })
  return { machine, wishes, keep: target ? { target, isAsked: asked !== null } : null, closeLog, report }
}

type AnsweredRequests = NonNullable<BootTestReport['metadata']>['requests']

/** Answers for the platform's metadata service, where one was asked for; what the guest asks stands in the list that is returned. */
async function openMetadata(ctx: JobContext, { metadata, plan }: PreparedBoot): Promise<AnsweredRequests> {
  const requests: AnsweredRequests = []
  const { link } = plan.sockets
  if (metadata === null || link === null) return requests
  const begun = performance.now()
  const open = await openGuestLink({
    sockets: link,
    plan: metadata,
    isolated: plan.network === 'none',
    onAnswer: (answered) => {
      if (requests.length < MAX_REQUESTS) requests.push({ ...answered, seconds: Math.round(performance.now() - begun) / 1000 })
    },
  })
  ctx.defer(() => open.close())
  return requests
}

type Judged = NonNullable<BootLive['judged']>

/** The verdict; a machine that stays on after it has done so when this resolves. */
async function awaitVerdict(
  ctx: JobContext,
  { trial, ended }: MachineRun,
  { stayOn }: BootTestInput,
  wishes: MachineWishes,
): Promise<Judged> {
  await Promise.race([trial.decided, wishes.asked])
  if (trial.judged === null) trial.keptEarly()
  const { judged } = trial
  if (judged === null) throw new AppError('internal', { details: { message: 'a boot test ended without a verdict' } })
  if (stayOn) {
    wishes.stayOn()
    ctx.message(`${VERDICT_WORDS[judged.verdict]}. The machine stays on`)
    await Promise.race([wishes.asked, ended])
  }
  if (ctx.signal.aborted) throw new AppError('cancelled')
  return judged
}

async function keepScreenshot(machine: MachineRun, file: string): Promise<string | null> {
  const png = await machine.screenshot()
  if (png === null) return null
  await fs.writeFile(file, png, { mode: 0o600 })
  return file
}

function machineFacts(input: BootTestInput, { plan, accelerator, firmware }: PreparedBoot) {
  return {
    accelerator,
    firmware,
    machine: {
      arch: archOf(plan.type),
      type: plan.type,
      diskBus: plan.diskBus,
      memoryBytes: plan.memoryBytes,
      cpus: plan.cpus,
      network: plan.network,
      tpm: plan.sockets.tpm !== null,
      platform: input.platform ?? null,
    },
  }
}

function proofsOf({ verdict, reason, evidence, seconds }: BootTestReport): string[] {
  if (verdict !== 'pass') return [`Boot test: ${VERDICT_WORDS[verdict].toLowerCase()} after ${seconds.toFixed(1)} s. ${reason}`]
  const seen = evidence.filter(({ kind }) => kind === 'ready').map(({ title }) => title)
  return [`Boot test passed after ${seconds.toFixed(1)} s: ${seen.join('; ')}`, 'The image was not written to']
}
