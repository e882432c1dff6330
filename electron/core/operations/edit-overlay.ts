import fs from 'node:fs/promises'
import path from 'node:path'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import type { ImageInfo } from '#shared/images/image-info'
import type { EngineId } from '#shared/jobs/job-requests'
import { formatBytes } from '#shared/text/bytes'
import { requireSpace } from '../files/disk-space.js'
import { requireEngine } from '../guest/choose-engine.js'
import { type AppliedEdits, type ApplyOptions, applyEdits } from '../guest/edits/apply-edits.js'
import { applyOperations, type EngineOperation } from '../guest/engine.js'
import { openGuestFiles } from '../guest/guest-files.js'
import { withReader } from '../guest/reader.js'
import type { ImageSource } from '../guest/source.js'
import type { Host } from '../process/host.js'
import { createOverlay } from '../tools/qemu-img/create-overlay.js'
import { shrinkDisk } from '../tools/qemu-storage-daemon/shrink-disk.js'
import type { JobContext } from './job-context.js'
import { pinHostFiles } from './pin-host-files.js'
import { describeChanges, factsForEdits } from './preview-edits.js'
import { type ExpectedResult, expectedResult, verifyResult } from './verify-edits.js'

/** An overlay holds what an edit changes: the file, metadata around it, and a journal that is replayed (XFS logs begin at 10 MiB). */
const OVERLAY_BYTES = 64 * 1024 ** 2
/** With less than this free, an overlay could not grow by another cluster. */
const OVERLAY_FULL_BYTES = 1024 ** 2

/** Edits that fit an image, and what has to be in it once they are written. */
export interface StagedEdits {
  readonly applied: AppliedEdits
  readonly expected: ExpectedResult
  /** How many files and tables the edits change. */
  readonly changes: number
}

/** An empty file over an image: what is written goes there, and the image is only read. */
export interface Overlay {
  readonly folder: string
  /** The image as it is with what the overlay holds. */
  readonly source: ImageSource
}

/** Applies edits to a draft of an image; nothing is written. Throws what keeps one of them from being applied. */
export async function stageEdits(
  host: Host,
  image: { readonly source: ImageSource; readonly info: ImageInfo },
  edits: readonly Edit[],
  options: Pick<ApplyOptions, 'idempotent' | 'expects'> = {},
): Promise<StagedEdits> {
  const { info } = image
  const { applied, expected } = await withReader(host, image.source, async (reader) => {
    const pinned = await pinHostFiles(edits)
    const result = await applyEdits(openGuestFiles(host, reader), info.partitions, pinned, { ...options, ...factsForEdits(info) })
    return { applied: result, expected: await expectedResult(result.draft) }
  })
  const failed = applied.outcomes.find((outcome) => outcome.problem !== null)?.problem
  if (failed) throw AppError.fromData(failed)
  return { applied, expected, changes: describeChanges(applied, info.partitions).length }
}

/**
 * Makes an overlay in a private folder of the job, which goes away with it. `virtualBytes` may be more than the image has: the rest
 * reads as zeros. `kept`: a folder that outlives the job, and that its caller removes.
 */
export async function openOverlay(ctx: JobContext, source: ImageSource, virtualBytes: number, kept?: string): Promise<Overlay> {
  const folder = kept ?? path.join(ctx.host.dirs.runtime, 'staging', ctx.jobId)
  if (kept === undefined) {
    const release = ctx.claim('folder', folder)
    ctx.defer(async () => {
      await fs.rm(folder, { recursive: true, force: true })
      release()
    })
  }
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  await requireSpace(folder, OVERLAY_BYTES)
  const overlay = path.join(folder, 'overlay.qcow2')
  const [top] = source.layers
  await createOverlay(ctx.host, {
    path: overlay,
    backingPath: top.path,
    backingDriver: source.node.driver,
    virtualBytes,
    access: { read: source.files, write: [folder] },
  })
  const node: BlockNode = { driver: 'qcow2', path: overlay, backing: source.node }
  return { folder, source: { ...source, node, files: [overlay, ...source.files] } }
}

/** The size that an overlay needs: all that the edits grow has to find room, though some of it may be cut off in the end. */
export function overlayBytes({ applied }: StagedEdits, info: ImageInfo): number {
  return applied.draft.diskBytes?.most ?? info.virtualBytes
}

/** The virtual size of the result. */
export function resultBytes({ applied }: StagedEdits, info: ImageInfo): number {
  return applied.draft.diskBytes?.last ?? info.virtualBytes
}

/** Writes staged edits to the overlay in one engine run. Returns the engine's id; undefined where there was no work for one. */
export async function writeToOverlay(
  ctx: JobContext,
  overlay: Overlay,
  staged: StagedEdits,
  preference: EngineId | 'auto' | undefined,
): Promise<EngineId | undefined> {
  const { draft } = staged.applied
  const operations = draft.engineOperations()
  const engine = operations.length === 0 ? undefined : await runEngine(ctx, overlay, operations, preference)
  const size = draft.diskBytes
  if (size && size.last < size.most) await cut(ctx, overlay, size.last, draft.layout.table)
  return engine
}

async function cut(ctx: JobContext, { source }: Overlay, bytes: number, table: ImageInfo['table']): Promise<void> {
  ctx.message(`The disk is cut to ${formatBytes(bytes)}`)
  await shrinkDisk(ctx.host, { node: source.node, readFiles: source.files, bytes, table })
}

async function runEngine(
  ctx: JobContext,
  { folder, source }: Overlay,
  operations: readonly EngineOperation[],
  preference: EngineId | 'auto' | undefined,
): Promise<EngineId> {
  const engine = await requireEngine(ctx.host, preference ?? 'auto')
  ctx.message([`Engine ${engine.id} writes the edits`, engine.caution].filter(Boolean).join('. '))
  const run = await applyOperations(engine, ctx.host, {
    disk: { node: source.node, readFiles: source.files.filter((file) => file !== source.node.path) },
    operations,
    workDir: folder,
  }).catch(async (thrown: unknown) => {
    // A guest only sees a disk that fails; that there was no room for it is the cause to tell.
    if (!ctx.signal.aborted) await requireSpace(folder, OVERLAY_FULL_BYTES)
    throw thrown
  })
  for (const note of run.notes) ctx.log(note)
  return engine.id
}

/** A fresh reader must see what the preview showed: an engine's own word is not enough. */
export async function readBack(ctx: JobContext, overlay: Overlay, staged: StagedEdits): Promise<void> {
  await withReader(ctx.host, overlay.source, (reader) => verifyResult(ctx.host, reader, staged.expected))
}

/** What was proven by `readBack`, in words. */
export function editsProof({ changes }: StagedEdits): string {
  return `Edits read back from the image: as in the preview (${changes} ${changes === 1 ? 'change' : 'changes'})`
}
