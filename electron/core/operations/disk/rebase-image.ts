import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { type ImageSource, openSource } from '../../guest/source.js'
import { rebaseImage as rebase, renameBacking } from '../../tools/qemu-img/rebase.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { measureData } from '../output-space.js'
import { requireSound } from '../prepare-convert.js'
import {
  changeCopy,
  type ChangedCopy,
  requireFormat,
  requireFree,
  requireNoSnapshots,
  requireRevision,
  requireSame,
} from './change-copy.js'

type Input = JobInput<'rebase-image'>

const MARGIN_BYTES = 16 * 1024 ** 2

/**
 * Gives an overlay another backing file, or none, on a copy or in place. What is read from it stays the same, and that is compared before
 * the copy gets its name.
 *
 * @throws AppError `bad-input` for a backing file in another folder, or one that has the image as its own backing file;
 * `verify-mismatch` where only the name was to be changed and the content is not the same
 */
export async function rebaseImage(ctx: JobContext, input: Input): Promise<JobOutput> {
  const source = await openSource(input.source)
  requireRevision(source, input.revision)
  requireFormat(source, 'backing file that could be changed')
  requireNoSnapshots(source)
  const backing = input.backing === null ? null : await openBacking(source, input.backing)
  if (backing === null && source.layers.length === 1)
    throw new AppError('bad-input', { details: { path: source.path, reason: 'it has no backing file: it stands on its own already' } })
  if (backing === null && input.mode === 'unsafe')
    throw new AppError('bad-input', { details: { path: source.path, reason: 'without its backing file an overlay is not the same image' } })
  for (const file of [...source.files, ...(backing?.files ?? [])]) await requireFree(file)
  await requireSound(ctx.host, source, false)
  if (backing) await requireSound(ctx.host, backing, false)
  return changeCopy(ctx, {
    source,
    target: input.target,
    keeps: { snapshots: true, overlays: 'all' },
    ...(backing ? { alsoUnchanged: [backing] } : {}),
    needsFolder: backing !== null,
    addedBytes: input.mode === 'unsafe' ? MARGIN_BYTES : (await measureData(ctx.host, source)) + MARGIN_BYTES,
    change: (copy, progress) => change(ctx, input, copy, backing, progress),
    compare: (copy, progress) => compare(ctx, { source, copy, backing, mode: input.mode }, progress),
  })
}

/** The new backing file, vetted as when it is opened through the image. */
async function openBacking(source: ImageSource, given: string): Promise<ImageSource> {
  const backing = await openSource(given)
  const [{ path: image }] = source.layers
  const reason =
    path.dirname(backing.layers[0].path) !== path.dirname(image)
      ? `the backing file has to be in the folder of the image, ${path.dirname(image)}`
      : backing.files.includes(image)
        ? 'the new backing file has the image itself below it'
        : undefined
  if (reason !== undefined) throw new AppError('bad-input', { details: { path: given, reason } })
  return backing
}

async function change(
  ctx: JobContext,
  { mode }: Input,
  copy: ChangedCopy,
  backing: ImageSource | null,
  progress: StepProgress,
): Promise<void> {
  const onProgress = (fraction: number): void => progress.fraction(fraction)
  if (backing === null) return rebase(ctx.host, { node: copy.node, backing: null, access: copy.access }, onProgress)
  const { driver, path: file } = backing.node
  const access = { ...copy.access, read: [...copy.access.read, ...backing.files] }
  if (mode === 'safe') await rebase(ctx.host, { node: copy.node, backing: { name: file, driver }, access }, onProgress)
  // A plain name, so that the folder can be moved.
  const name = path.basename(file)
  await renameBacking(ctx.host, { image: copy.node, backing: { name, driver }, access: { write: [copy.path] } })
}

async function compare(
  ctx: JobContext,
  work: {
    readonly source: ImageSource
    readonly copy: ChangedCopy
    readonly backing: ImageSource | null
    readonly mode: Input['mode']
  },
  progress: StepProgress,
): Promise<readonly string[]> {
  const { source, copy, backing, mode } = work
  const { layers } = await openSource(copy.path)
  const named = layers[1]?.path ?? null
  const wanted = backing?.layers[0].path ?? null
  if (named !== wanted) throw new AppError('verify-mismatch', { details: { path: source.path, reason: `its backing file is ${named}` } })
  const right: BlockNode = { ...copy.node, backing: backing?.node ?? null }
  const files = [...source.files, copy.path, ...(backing?.files ?? [])]
  const reason = mode === 'unsafe' ? 'over that backing file it would read differently' : undefined
  await requireSame(ctx, { left: source.node, right, files, path: source.path, reason }, progress)
  const what = wanted === null ? 'It stands on its own' : `Its backing file is ${path.basename(wanted)}`
  return [what, 'Content compared with the original: identical']
}
