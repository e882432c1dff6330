import fs from 'node:fs/promises'
import path from 'node:path'
import { PHASE_TITLES } from '#shared/boot-test/boot-phases'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import { BootJudge, type Judgement } from '#shared/boot-test/judge'
import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { EngineId } from '#shared/jobs/job-requests'
import type { JobContext } from '../job-context.js'
import { requireUnchanged } from '../require-unchanged.js'
import { whileSpaceLasts } from '../watch-space.js'
import type { BootConsoles } from './boot-consoles.js'
import { keptFolder, SCREEN_FILE, SERIAL_FILE } from './boot-folders.js'
import { type PreparedBoot, prepareBoot } from './prepare-boot.js'
import { type MachineRun, startMachine } from './run-machine.js'
import { SerialLog } from './serial-log.js'

export interface BootTestSurroundings {
  readonly engine: EngineId | 'auto'
  readonly consoles: BootConsoles
}

/**
 * Boots an image with its edits in a machine that keeps nothing, and judges what it says on its serial console. The image is only read.
 * A test that is not passed is a result, not an error.
 *
 * @throws AppError `tool-missing`, `tool-failed` when qemu ends by itself, `image-changed`, `not-enough-memory`, `no-space` …
 */
export async function bootTest(ctx: JobContext, input: BootTestInput, around: BootTestSurroundings): Promise<JobOutput> {
  const prepared = await ctx.step('prepare', () => prepareBoot(ctx, input, around.engine))
  ctx.message(prepared.accelerator.reason)
  for (const note of prepared.notes) ctx.log(note)
  return whileSpaceLasts(ctx, prepared.folder, (watched) => runTest(watched, input, prepared, around.consoles))
}

async function runTest(ctx: JobContext, input: BootTestInput, prepared: PreparedBoot, consoles: BootConsoles): Promise<JobOutput> {
  const kept = await keptFolder(ctx)
  const log = await SerialLog.open(path.join(kept, SERIAL_FILE))
  let isOpen = true
  const closeLog = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await log.close()
  }
  ctx.defer(closeLog)
  const judge = new BootJudge({ expect: input.expect, wanted: prepared.wanted }, (phase) => ctx.message(PHASE_TITLES[phase]))
  const machine = await ctx.step('boot', async () => {
    const run = await startMachine(ctx, prepared, { judge, log, consoles })
    await Promise.race([run.speaks, run.decided])
    return run
  })
  const { judgement, seconds } = await ctx.step('judge', () => awaitVerdict(machine, judge))
  const screenshot = await ctx.step('clean', async () => {
    if (judgement.verdict === 'fail') await machine.lastWords()
    const file = input.screenshot ? await keepScreenshot(machine, path.join(kept, SCREEN_FILE)) : null
    await machine.stop()
    await closeLog()
    // Whatever happened in the machine: the image is what it was.
    await requireUnchanged(prepared.source)
    return file
  })
  const report: BootTestReport = {
    ...judgement,
    evidence: judge.evidence,
    missing: judge.missing,
    timeline: judge.timeline,
    firstByteSeconds: machine.firstByteSeconds(),
    seconds,
    restarts: judge.restarts,
    serial: { path: log.path, bytes: log.bytes, leftOutBytes: log.leftOutBytes },
    screenshot,
    ...machineFacts(input, prepared),
    command: machine.command,
    notes: [...prepared.notes],
  }
  return {
    path: log.path,
    bytes: (await fs.stat(log.path)).size,
    proofs: [...prepared.proofs, ...proofsOf(report)],
    ...(prepared.engine === undefined ? {} : { engine: prepared.engine }),
    bootTest: report,
  }
}

async function awaitVerdict(machine: MachineRun, judge: BootJudge): Promise<{ judgement: Judgement; seconds: number }> {
  await machine.decided
  const judgement = judge.verdict
  if (judgement === null) throw new AppError('internal', { details: { message: 'a boot test ended without a verdict' } })
  return { judgement, seconds: machine.seconds() }
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
  if (verdict !== 'pass')
    return [`Boot test ${verdict === 'fail' ? 'failed' : 'ended by time-out'} after ${seconds.toFixed(1)} s: ${reason}`]
  const seen = evidence.filter(({ kind }) => kind === 'ready').map(({ title }) => title)
  return [`Boot test passed after ${seconds.toFixed(1)} s: ${seen.join('; ')}`, 'The image was not written to']
}
