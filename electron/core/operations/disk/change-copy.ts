import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import { imageFormat } from '#shared/images/formats'
import type { ChangeTarget } from '#shared/jobs/disk-requests'
import type { JobOutput } from '#shared/jobs/job'
import { discardPart, openPartFile, partPath, publish } from '../../files/atomic-output.js'
import { checkOutput } from '../../files/checks.js'
import { requireSpace } from '../../files/disk-space.js'
import { syncFile } from '../../files/sync.js'
import type { ImageSource } from '../../guest/source.js'
import { fileHolders } from '../../process/file-holders.js'
import { copyFile, tryReflink } from '../../tools/cp/copy-file.js'
import { checkImage } from '../../tools/qemu-img/check.js'
import { compareImages } from '../../tools/qemu-img/compare.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { requireUnchanged } from '../require-unchanged.js'
import { finishInPlace, type InPlaceTarget, type Kept, prepareInPlace } from '../save-in-place.js'

/** Steps that `changeCopy` runs. */
export const CHANGE_STEPS = [
  { id: 'copy', title: 'Copy the image', weight: 0.35 },
  { id: 'change', title: 'Change the copy', weight: 0.25 },
  { id: 'compare', title: 'Compare its content', weight: 0.3 },
  { id: 'check', title: 'Check the format', weight: 0.05 },
  { id: 'publish', title: 'Flush to disk and give it its name', weight: 0.05 },
] as const

/** A copy of the top file of an image, which may be changed. */
export interface ChangedCopy {
  readonly path: string
  /** The copy over the backing files of the original. */
  readonly node: BlockNode
  /** What tools may touch to read all of it, and to write the copy. */
  readonly access: { readonly read: readonly string[]; readonly write: readonly string[] }
}

export interface CopyChange {
  /** What is copied; its backing files stay where they are. */
  readonly source: ImageSource
  readonly target: ChangeTarget
  /** What a change in place does no harm to. */
  readonly keeps: Kept
  /** Further files that must be free, and must stay as they are. */
  readonly alsoUnchanged?: readonly ImageSource[]
  /** The copy still needs the backing files in its folder. */
  readonly needsFolder: boolean
  /** Room for what the change adds, beside the copy. */
  readonly addedBytes: number
  /** Does the change. */
  change(copy: ChangedCopy, progress: StepProgress): Promise<void>
  /** Makes sure that the copy holds what it should. Returns what was proven, in words. Throws `verify-mismatch`. */
  compare(copy: ChangedCopy, progress: StepProgress): Promise<readonly string[]>
  /** Checks the copy's own tables; by default it has to be without any error. Returns what was proven. */
  check?(copy: ChangedCopy): Promise<readonly string[]>
}

/**
 * Changes a copy of an image, proves it, and gives it a name of its own or that of the image. Until then the original is only read.
 * Whatever ends it early, the copy is removed.
 *
 * @throws AppError `image-in-use`, `image-changed`, `no-space`, `output-exists`, `verify-mismatch`, `check-failed` …
 */
export async function changeCopy(ctx: JobContext, request: CopyChange): Promise<JobOutput> {
  const { source, target } = request
  for (const file of source.files) await requireFree(file)
  const inPlace = target.mode === 'in-place' ? await prepareInPlace(ctx.host, source, target.keepBackup, request.keeps) : undefined
  const output =
    target.mode === 'in-place'
      ? (inPlace?.target ?? source.layers[0].path)
      : await checkOutput({ target: target.output, sources: source.files, replace: target.replace })
  requireFolder(request, output)
  return changeAndPublish(ctx, request, output, inPlace)
}

async function changeAndPublish(
  ctx: JobContext,
  request: CopyChange,
  output: string,
  inPlace: InPlaceTarget | undefined,
): Promise<JobOutput> {
  const { source, target } = request
  const opened = await openCopy(ctx, output, inPlace !== undefined)
  const node: BlockNode = { ...source.node, path: opened.part }
  const copy: ChangedCopy = { path: opened.part, node, access: { read: source.files, write: [opened.part] } }
  await ctx.step('copy', (progress) => copyTop(ctx, source, opened.part, request.addedBytes, progress))
  await ctx.step('change', (progress) => request.change(copy, progress))
  const compared = await ctx.step('compare', (progress) => request.compare(copy, progress))
  const checked = await ctx.step('check', async () =>
    request.check ? request.check(copy) : checkCopy(ctx, readsAlso(copy, request), source),
  )
  return ctx.step('publish', async () => {
    await syncFile(opened.part)
    for (const image of [source, ...(request.alsoUnchanged ?? [])]) await requireUnchanged(image)
    if (ctx.signal.aborted) throw new AppError('cancelled')
    await inPlace?.makeBackup(ctx, opened.part)
    const bytes = (await fs.stat(opened.part)).blocks * 512
    await publish({ part: opened.part, target: output, replace: target.mode === 'in-place' || target.replace })
    opened.release()
    const backup = inPlace ? await finishInPlace(ctx, inPlace, target.mode === 'in-place' && target.keepBackup) : undefined
    return { path: output, bytes, proofs: [...compared, ...checked], ...(backup === undefined ? {} : { backup }) }
  })
}

/** Its new backing files are read by what opens it by its header. */
function readsAlso(copy: ChangedCopy, { alsoUnchanged = [] }: CopyChange): ChangedCopy {
  const { read, write } = copy.access
  return { ...copy, access: { read: [...read, ...alsoUnchanged.flatMap((image) => image.files)], write } }
}

/** Throws `image-in-use`: a copy of what is being written to is torn. */
export async function requireFree(file: string): Promise<void> {
  const holders = await fileHolders(file)
  if (holders.length === 0) return
  throw new AppError('image-in-use', { details: { path: file, holder: holders.join(', ') }, actions: [{ kind: 'retry' }] })
}

/** Backing files are found by plain names in the image's own folder. */
function requireFolder({ source, needsFolder }: CopyChange, output: string): void {
  const folder = path.dirname(source.layers[0].path)
  if (!needsFolder || path.dirname(output) === folder) return
  const reason = `it needs its backing file, which is in ${folder}: write it there, or flatten it first`
  throw new AppError('bad-input', { details: { path: output, reason }, actions: [{ kind: 'choose-output' }] })
}

async function openCopy(ctx: JobContext, output: string, isPrivate: boolean): Promise<{ part: string; release: () => void }> {
  const place = partPath(output, ctx.jobId)
  const release = ctx.claim('part-file', place)
  let published = false
  ctx.defer(async () => {
    if (published) return
    await discardPart(place)
    release()
  })
  const { part } = await openPartFile(output, ctx.jobId, isPrivate ? 0o600 : undefined)
  const done = (): void => {
    published = true
    release()
  }
  return { part, release: done }
}

async function copyTop(ctx: JobContext, source: ImageSource, part: string, addedBytes: number, progress: StepProgress): Promise<void> {
  const [top] = source.layers
  const folder = path.dirname(part)
  await requireSpace(folder, addedBytes, top.fileBytes)
  if (await tryReflink(ctx.host, top.path, part)) {
    ctx.log('The copy shares its blocks with the original: it takes no space of its own yet')
    return
  }
  await requireSpace(folder, top.onDiskBytes + addedBytes, top.fileBytes)
  await copyFile(ctx.host, top.path, part, (bytes) => progress.bytes(Math.min(bytes, top.onDiskBytes), top.onDiskBytes))
}

/** Throws `check-failed` where the format's own check finds more than it finds in the original. */
async function checkCopy(ctx: JobContext, { node, access }: ChangedCopy, source: ImageSource): Promise<string[]> {
  const { driver } = node
  const { verdict, corruptions, leaks } = await checkImage(ctx.host, { driver, path: node.path, access })
  if (verdict === 'unsupported') return []
  if (verdict === 'clean') return ['qemu-img check: no errors']
  const before = await checkImage(ctx.host, { driver: source.node.driver, path: source.layers[0].path, access: { read: source.files } })
  if (verdict === 'leaks' && before.verdict === 'leaks' && leaks <= before.leaks)
    return [`qemu-img check: ${leaks} leaked clusters, as before`]
  throw new AppError('check-failed', { details: { path: source.path, corruptions, leaks } })
}

/** Throws `verify-mismatch` unless both read the same. */
export async function requireSame(
  ctx: JobContext,
  pair: {
    readonly left: BlockNode
    readonly right: BlockNode
    readonly files: readonly string[]
    readonly path: string
    readonly reason?: string | undefined
  },
  progress: StepProgress,
): Promise<void> {
  const { left, right, files, path: shown, reason } = pair
  const same = await compareImages(ctx.host, { left, right, access: { read: files } }, (fraction) => progress.fraction(fraction))
  if (!same) throw new AppError('verify-mismatch', { details: { path: shown, ...(reason === undefined ? {} : { reason }) } })
}

/** Throws `format-not-writable` unless the top file is a qcow2, or another one of `formats`. */
export function requireFormat(source: ImageSource, what: string, formats: readonly string[] = ['qcow2']): void {
  if (formats.includes(source.format)) return
  const reason = `${imageFormat(source.format).label} images have no ${what}`
  throw new AppError('bad-input', { details: { path: source.path, reason } })
}

/** What a snapshot does not hold itself it reads from the backing file: with another one it would be another state. Throws `bad-input`. */
export function requireNoSnapshots({ path: file, layers: [{ sniff }] }: ImageSource): void {
  if (sniff.snapshots === 0) return
  const reason = 'it holds internal snapshots, which read the backing file too and would change: delete them first'
  throw new AppError('bad-input', { details: { path: file, reason } })
}

/** Throws `image-changed` when the image is another one than was looked at. */
export function requireRevision(source: ImageSource, revision: string | undefined): void {
  if (revision === undefined || revision === source.revision) return
  throw new AppError('image-changed', { details: { path: source.path }, actions: [{ kind: 'reload' }] })
}
