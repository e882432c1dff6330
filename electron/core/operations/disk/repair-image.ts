import { AppError } from '#shared/errors/app-error'
import { imageFormat } from '#shared/images/formats'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { type ImageSource, openSource } from '../../guest/source.js'
import { type CheckResult, checkImage } from '../../tools/qemu-img/check.js'
import { compareImages } from '../../tools/qemu-img/compare.js'
import { repairImage as repair } from '../../tools/qemu-img/repair.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { tellZeros } from '../tell-zeros.js'
import { changeCopy, type ChangedCopy, requireRevision } from './change-copy.js'

/** Formats that `qemu-img check -r` mends; a VHDX by its log, which is replayed. */
export const REPAIRABLE: ReadonlySet<string> = new Set(['qcow2', 'qed', 'parallels', 'vhdx'])

const ADDED_BYTES = 64 * 1024 ** 2

/**
 * Repairs a copy of an image; the image itself stays as it is, because what a repair takes for likely may be wrong.
 *
 * @throws AppError `bad-input` for a format that cannot be repaired, `check-failed` where the copy is still damaged
 */
export async function repairImage(ctx: JobContext, input: JobInput<'repair-image'>): Promise<JobOutput> {
  const source = await openSource(input.source)
  requireRevision(source, input.revision)
  if (!REPAIRABLE.has(source.format)) {
    const reason = `qemu-img repairs no ${imageFormat(source.format).label}`
    throw new AppError('bad-input', { details: { path: source.path, reason } })
  }
  const before = await verdictOf(ctx, source)
  ctx.log(`Before: ${before}`)
  const output = await changeCopy(ctx, {
    source,
    target: { mode: 'new-file', output: input.output, replace: input.replace },
    keeps: { snapshots: true, overlays: [] },
    needsFolder: source.layers.length > 1,
    addedBytes: ADDED_BYTES,
    change: ({ path: file, node, access }) => repair(ctx.host, { driver: node.driver, path: file, what: input.what, access }),
    compare: (copy, progress) => compare(ctx, source, copy, progress),
    check: async ({ path: file, node, access }) => {
      const after = await checkImage(ctx.host, { driver: node.driver, path: file, access })
      const whole = after.verdict === 'clean' || after.verdict === 'unsupported'
      if (!whole) throw new AppError('check-failed', { details: { path: input.output, reason: stillDamaged(after, input.what) } })
      return ['After: no errors']
    },
  })
  return { ...output, proofs: [`Before: ${before}`, ...output.proofs] }
}

/** What the check finds in the original, in words; an image that does not even open is told, and repaired all the same. */
async function verdictOf(ctx: JobContext, source: ImageSource): Promise<string> {
  const access = { read: source.files }
  try {
    return checkWords(await checkImage(ctx.host, { driver: source.node.driver, path: source.layers[0].path, access }))
  } catch (thrown) {
    if (!(thrown instanceof AppError) || ctx.signal.aborted) throw thrown
    return `it could not be opened for reading (${String(thrown.data.details['reason'] ?? thrown.code)})`
  }
}

function checkWords({ verdict, corruptions, leaks }: CheckResult): string {
  return verdict === 'clean' || verdict === 'unsupported' ? 'no errors' : `${corruptions} damaged places, ${leaks} leaked clusters`
}

function stillDamaged(after: CheckResult, what: 'leaks' | 'all'): string {
  const found = `${after.corruptions} damaged places and ${after.leaks} leaked clusters are left after the repair`
  return what === 'leaks' && after.corruptions > 0 ? `${found}: repair all of it, not leaks alone` : found
}

/** What was repaired may read differently: it is told, and no mistake. */
async function compare(ctx: JobContext, source: ImageSource, copy: ChangedCopy, progress: StepProgress): Promise<readonly string[]> {
  try {
    const left = await tellZeros(ctx, { node: source.node, files: source.files }, 'before')
    const right = await tellZeros(ctx, { node: copy.node, files: [...source.files, copy.path] }, 'after')
    const pair = { left: left.node, right: right.node, access: { read: [...new Set([...left.files, ...right.files])] } }
    const same = await compareImages(ctx.host, pair, (fraction) => progress.fraction(fraction))
    return [same ? 'Content compared with the damaged image: identical' : 'Content compared with the damaged image: it differs']
  } catch (thrown) {
    if (!(thrown instanceof AppError) || ctx.signal.aborted) throw thrown
    return ['Content not compared: the damaged image cannot be read to its end']
  }
}
