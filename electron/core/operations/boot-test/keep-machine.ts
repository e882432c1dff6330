import path from 'node:path'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import type { KeptMachine } from '#shared/boot-test/kept-machine'
import type { Host } from '../../process/host.js'
import { checkOutput } from '../../files/checks.js'
import { requireSpace } from '../../files/disk-space.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { measureNeed, type SpaceNeed, type SpaceTarget } from '../output-space.js'
import { packing, type SaveTarget, writeRequest } from '../save-image.js'
import { shareProgress } from '../shared-progress.js'
import { OUTPUT_STEPS, writeOutput } from '../write-output.js'
import { requireSubformat } from '../write-request.js'
import type { PreparedBoot } from './prepare-boot.js'
import type { MachineRun } from './run-machine.js'

/** Shares of the steps that write, compare, check and publish. */
const SHARES = [45, 45, 5, 5]

/** Whether a disk could be kept there: told before a boot that takes minutes. Throws `bad-input`, `output-exists` … */
export async function requireKeepable({ source }: Pick<PreparedBoot, 'source'>, target: KeptMachine): Promise<string> {
  if (target.format !== undefined) requireSubformat(target.format, target.subformat)
  return checkOutput({ target: target.output, sources: source.files, replace: target.replace })
}

/**
 * Ends a machine and writes its disk, as the guest left it, to a new image; the image that was tested and the machine's own overlay are only
 * read. Returns what was done in words.
 *
 * @throws AppError `tool-timeout`, `no-space`, `output-exists`, `verify-mismatch` …
 */
export async function keepMachine(
  ctx: JobContext,
  { source: named }: Pick<BootTestInput, 'source'>,
  prepared: PreparedBoot,
  machine: MachineRun,
  target: KeptMachine,
): Promise<{ readonly path: string; readonly proofs: readonly string[] }> {
  const output = await requireKeepable(prepared, target)
  return ctx.step('keep', async (progress) => {
    ctx.message(target.guest === 'shut-down' ? 'The guest is asked to switch itself off' : 'The machine is stopped where it is')
    const how = await machine.close(target.guest)
    const { plan, source, info } = prepared
    const save: SaveTarget = {
      source: named,
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
    ctx.message('The disk of the machine is written to the new image')
    const within = asOneStep(ctx, progress)
    const written = await writeOutput(within, {
      ...request,
      files: [plan.disk.path, ...prepared.readFiles],
      ...packing(within, request, save, info),
    })
    return { path: written.path, proofs: [keptWords(target, how), ...written.proofs] }
  })
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

function keptWords({ guest }: KeptMachine, how: KeptMachine['guest']): string {
  if (how === 'shut-down') return 'The guest switched itself off before its disk was kept'
  return guest === 'pause'
    ? 'The disk was kept as it was while the guest ran'
    : 'The guest did not switch itself off when it was asked to: its disk was kept as after a power cut'
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
