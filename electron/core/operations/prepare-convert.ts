import { imageFormat } from '#shared/images/formats'
import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import type { ImageInfo } from '#shared/images/image-info'
import type { EngineId } from '#shared/jobs/job-requests'
import { type DiskSpace, readDiskSpace, requireSpace } from '../files/disk-space.js'
import { withDiskExport } from '../guest/disk-export.js'
import { findMissingEnd } from '../guest/missing-end.js'
import { type ImageSource, layerName } from '../guest/source.js'
import type { Host } from '../process/host.js'
import { checkImage } from '../tools/qemu-img/check.js'
import { type ConvertTarget, requireTakenSize, targetBytes } from './convert-target.js'
import { editsProof, openOverlay, overlayBytes, readBack, resultBytes, stageEdits, writeToOverlay } from './edit-overlay.js'
import { readSource } from './inspect-image.js'
import type { JobContext } from './job-context.js'
import { measureData, type SpaceNeed, spaceNeedOf } from './output-space.js'

/** What is known of a source before anything is written. */
export interface KnownSource {
  readonly source: ImageSource
  readonly virtualBytes: number
  /** Null where nothing needs to know what is in the image: reading it takes longer than its size. */
  readonly info: ImageInfo | null
}

/** An image as it is to be written: with its edits, in its final size. */
export interface ReadySource extends KnownSource {
  readonly engine: EngineId | undefined
  readonly proofs: readonly string[]
}

/** Whether the inside of an image matters for what is to be made of it. */
export function needsInfo({ input, packer }: Pick<ConvertTarget, 'input' | 'packer'>): boolean {
  return input.edits.length > 0 || packer !== null || input.report || input.fitSize
}

/**
 * Reads the source and makes sure that it is sound, of a size that is taken, and that there is room for the result. What is asked of it
 * is asked at one time; of several answers that speak against it the first one here is told.
 */
export async function knowSource(ctx: JobContext, target: ConvertTarget, source: ImageSource, output: string): Promise<KnownSource> {
  const { host } = ctx
  const [reading, check, data] = await Promise.allSettled([
    needsInfo(target) ? readKnown(host, source) : measureKnown(host, source),
    requireUndamaged(host, source),
    measureData(host, source),
  ])
  const known = answerOf(reading)
  if (known.inUse) throw inUseError(source)
  requireTakenSize(target, targetBytes(target, askedBytes(target, known.virtualBytes)))
  answerOf(check)
  const folder = path.dirname(output)
  const need = convertNeed(target, { dataBytes: answerOf(data), virtualBytes: known.virtualBytes }, await readDiskSpace(folder))
  await requireSpace(folder, need.neededBytes, need.largestFileBytes)
  return known
}

function answerOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

async function readKnown(host: Host, source: ImageSource): Promise<KnownSource & { inUse: boolean }> {
  const { info } = await readSource(host, source)
  const inUse = info.warnings.some((warning) => warning.code === 'image-in-use')
  return { source, virtualBytes: info.virtualBytes, info, inUse }
}

async function measureKnown(host: Host, source: ImageSource): Promise<KnownSource & { inUse: boolean }> {
  return withDiskExport(host, source, async ({ virtualBytes, inUse }) => ({ source, virtualBytes, info: null, inUse }))
}

/** Room that the result needs beside its target, working copies of our own writers included; of a source whose data was measured. */
export function convertNeed(
  target: ConvertTarget,
  { dataBytes, virtualBytes }: { readonly dataBytes: number; readonly virtualBytes: number },
  space: DiskSpace,
): SpaceNeed {
  const { input, subformat } = target
  const fixed = /fixed|static|flat/i.test(subformat.id)
  // A package is one compressed or sparse stream, wherever it is written: it never takes the disk's whole size.
  const format = input.container === null ? input.format : 'qcow2'
  return spaceNeedOf(
    dataBytes,
    targetBytes(target, askedBytes(target, virtualBytes)),
    { output: input.output, format, subformat, fixed },
    space,
  )
}

/** The edits that are asked for, and the growth to the size that the platform takes as the last one. */
export function allEdits(target: ConvertTarget, virtualBytes: number): readonly Edit[] {
  const { edits } = target.input
  const asked = askedBytes(target, virtualBytes)
  const bytes = targetBytes(target, asked)
  return bytes > asked ? [...edits, { kind: 'resize-disk', bytes }] : edits
}

/** The size that the edits give the disk, bytes. */
export function askedBytes({ input }: ConvertTarget, virtualBytes: number): number {
  return input.edits.findLast((edit) => edit.kind === 'resize-disk')?.bytes ?? virtualBytes
}

/**
 * Writes the edits and the growth to an overlay, and reads both back. Skips its steps where there is nothing to write.
 * Throws what keeps an edit from being applied.
 */
export async function applyEditsAndSize(
  ctx: JobContext,
  target: ConvertTarget,
  known: KnownSource,
  preference: EngineId | 'auto' | undefined,
): Promise<ReadySource> {
  const { source, info } = known
  const edits = allEdits(target, known.virtualBytes)
  const skipped = (proofs: readonly string[]): ReadySource => {
    for (const step of ['write', 'read-back']) if (ctx.declares(step)) ctx.skip(step)
    return { ...known, engine: undefined, proofs }
  }
  if (info === null || edits.length === 0) return skipped([])
  const staged = await stageEdits(ctx.host, { source, info }, edits, { idempotent: true })
  if (staged.changes === 0) return skipped(['All edits have their effect already'])
  const { overlay, engine } = await ctx.step('write', async () => {
    const made = await openOverlay(ctx, source, overlayBytes(staged, info))
    return { overlay: made, engine: await writeToOverlay(ctx, made, staged, preference) }
  })
  const after = await ctx.step('read-back', async () => {
    await readBack(ctx, overlay, staged)
    return target.packer === null ? info : (await readSource(ctx.host, overlay.source)).info
  })
  const virtualBytes = resultBytes(staged, info)
  return { source: overlay.source, virtualBytes, info: { ...after, virtualBytes }, engine, proofs: [editsProof(staged)] }
}

/**
 * Refuses to copy what is being written to, or is damaged: what was cut off a qcow2 or a VDI converts without complaint, with zeros in its
 * place (measured with QEMU 7.2).
 */
export async function requireSound(host: Host, source: ImageSource, inUse: boolean): Promise<void> {
  if (inUse) throw inUseError(source)
  await requireUndamaged(host, source)
}

function inUseError({ path: file }: ImageSource): AppError {
  return new AppError('image-in-use', { details: { path: file }, actions: [{ kind: 'retry' }] })
}

async function requireUndamaged(host: Host, source: ImageSource): Promise<void> {
  const missing = await findMissingEnd(source, 'whole', host.signal)
  if (missing !== null) throw new AppError('image-damaged', { details: { ...missing } })
  for (const layer of source.layers) {
    const { checkable, driver } = imageFormat(layer.format)
    if (!checkable) continue
    const result = await checkImage(host, { driver, path: layerName(layer), access: { read: source.files } })
    if (result.verdict !== 'corrupt') continue
    throw new AppError('image-damaged', {
      details: { path: layer.path, reason: `qemu-img check found ${result.corruptions} damaged places; a copy would have zeros there` },
    })
  }
}
