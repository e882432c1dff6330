import path from 'node:path'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import { type KeepingMachine, type KeptMachine, SHUT_DOWN_SECONDS, type UnkeptMachine } from '#shared/boot-test/kept-machine'
import { AppError, type AppErrorData } from '#shared/errors/app-error'
import type { Host } from '../../process/host.js'
import { checkOutput, toJobError } from '../../files/checks.js'
import { requireSpace } from '../../files/disk-space.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { measureNeed, type SpaceNeed, type SpaceTarget } from '../output-space.js'
import { packing, type SaveTarget, writeRequest } from '../save-image.js'
import { shareProgress } from '../shared-progress.js'
import { OUTPUT_STEPS, writeOutput } from '../write-output.js'
import { requireSubformat } from '../write-request.js'
import type { MachineWishes } from './machine-wishes.js'
import type { PreparedBoot } from './prepare-boot.js'
import type { MachineRun } from './run-machine.js'
import { withOwnCleanups } from './with-own-cleanups.js'

/** Shares of the steps that write, compare, check and publish. */
const SHARES = [45, 45, 5, 5]

/** Whether a disk could be kept there: told before a boot that takes minutes. Throws `bad-input`, `output-exists` … */
export async function requireKeepable({ source }: Pick<PreparedBoot, 'source'>, target: KeptMachine): Promise<string> {
  if (target.format !== undefined) requireSubformat(target.format, target.subformat)
  return checkOutput({ target: target.output, sources: source.files, replace: target.replace })
}

export interface Keeping {
  readonly machine: Pick<MachineRun, 'close' | 'trial'>
  readonly target: KeptMachine
  readonly wishes: MachineWishes
  /** Somebody has asked for it, and can be asked for another place. */
  readonly isAsked: boolean
}

/** What has become of the disk of a machine. */
export type KeepResult =
  | { readonly path: string; readonly proofs: readonly string[] }
  | { readonly unkept: UnkeptMachine; readonly proofs: readonly string[] }

type Named = Pick<BootTestInput, 'source'>

/**
 * Ends a machine and writes its disk, as the guest left it, to a new image; the image that was tested and the machine's own overlay are only
 * read. What the guest wrote is not lost where that fails: whoever has asked for it is asked for another place.
 *
 * @throws AppError `tool-timeout` where qemu does not end, `cancelled`
 */
export async function keepMachine(ctx: JobContext, named: Named, prepared: PreparedBoot, keeping: Keeping): Promise<KeepResult> {
  const { machine, wishes, isAsked } = keeping
  return ctx.step('keep', async (progress) => {
    let target: KeptMachine | null = keeping.target
    const how = await closeMachine(ctx, keeping)
    for (;;) {
      const { output } = target
      tell(keeping, 'writing', target)
      ctx.message('The disk of the machine is written to the new image')
      const written = await tryToWrite(ctx, named, prepared, target, progress)
      if ('path' in written) return { path: written.path, proofs: [keptWords(keeping, how), ...written.proofs] }
      const unkept = { output, error: written.error }
      if (!isAsked)
        return { unkept: { ...unkept, disk: prepared.plan.disk.path }, proofs: [`The disk of the machine is not kept as ${output}`] }
      wishes.reopen()
      tell(keeping, 'waiting', target, written.error)
      ctx.message(`The disk of the machine could not be written to ${output}; it is still there, and another place can be named`)
      await Promise.race([wishes.asked, whenAborted(ctx.signal)])
      if (ctx.signal.aborted) throw new AppError('cancelled')
      target = wishes.settle()
      if (target === null) return { unkept: { ...unkept, disk: null }, proofs: ['The disk of the machine was let go'] }
    }
  })

  function tell(
    { machine: { trial } }: Keeping,
    stage: KeepingMachine['stage'],
    { output, guest }: KeptMachine,
    error?: AppErrorData,
  ): void {
    wishes.keeping = { stage, guest, output, sinceSeconds: trial.seconds(), ...(error === undefined ? {} : { error }) }
  }

  async function closeMachine(context: JobContext, { target }: Keeping): Promise<KeptMachine['guest']> {
    tell(keeping, 'closing', target)
    const asked = `The guest is asked to switch itself off, and waited for ${SHUT_DOWN_SECONDS / 60} minutes at most`
    context.message(target.guest === 'shut-down' ? asked : 'The machine is stopped where it is')
    return machine.close(target.guest, wishes.cutOff)
  }
}

/** What it failed with is returned, and what was half written is gone then. Throws `cancelled`. */
async function tryToWrite(
  ctx: JobContext,
  named: Named,
  prepared: PreparedBoot,
  target: KeptMachine,
  progress: StepProgress,
): Promise<{ readonly path: string; readonly proofs: readonly string[] } | { readonly error: AppErrorData }> {
  try {
    return await withOwnCleanups(ctx, (own) => writeKept(asOneStep(own, progress), named, prepared, target))
  } catch (thrown) {
    if (ctx.signal.aborted) throw thrown
    return { error: toJobError(thrown).data }
  }
}

async function writeKept(ctx: JobContext, named: Named, prepared: PreparedBoot, target: KeptMachine) {
  const output = await requireKeepable(prepared, target)
  const { plan, source, info } = prepared
  const save: SaveTarget = {
    source: named.source,
    target: {
      mode: 'new-file',
      output,
      replace: target.replace,
      ...(target.format === undefined ? {} : { format: target.format }),
      ...(target.subformat === undefined ? {} : { subformat: target.subformat }),
    },
  }
  const request = writeRequest(source, prepared.virtualBytes, plan.disk, save, output)
  const need = await measureKept(ctx.host, prepared, request)
  await requireSpace(path.dirname(output), need.neededBytes, need.largestFileBytes)
  return writeOutput(ctx, { ...request, files: [plan.disk.path, ...prepared.readFiles], ...packing(ctx, request, save, info) })
}

/** Space that the disk of a machine takes as a new image, with all that its guest wrote; the machine has ended. */
export function measureKept(
  host: Host,
  { plan, source, readFiles, virtualBytes }: Pick<PreparedBoot, 'plan' | 'source' | 'readFiles' | 'virtualBytes'>,
  target: Omit<SpaceTarget, 'fixed'>,
): Promise<SpaceNeed> {
  const disk = { ...source, node: plan.disk, files: [plan.disk.path, ...readFiles] }
  return measureNeed(host, disk, virtualBytes, { ...target, fixed: false })
}

function keptWords({ target: { guest }, wishes }: Keeping, how: KeptMachine['guest']): string {
  if (how === 'shut-down') return 'The guest switched itself off before its disk was kept'
  if (guest === 'pause') return 'The disk was kept as it was while the guest ran'
  return wishes.isCutOff
    ? 'The machine was switched off before its guest had done so itself: its disk was kept as after a power cut'
    : 'The guest did not switch itself off when it was asked to: its disk was kept as after a power cut'
}

function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Steps of writing an output, as parts of one. */
function asOneStep(ctx: JobContext, progress: StepProgress): JobContext {
  const parts = shareProgress(progress, SHARES)
  return {
    ...ctx,
    step: async (id, work) => {
      const part = parts[OUTPUT_STEPS.findIndex((step) => step.id === id)]
      if (!part) throw new TypeError(`writing an output has no step ${id}`)
      const done = await work(part)
      part.fraction(1)
      return done
    },
    skip: () => {},
  }
}
