import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { BlockNode } from '#shared/images/block-node'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import { isSameFile } from '../../files/identity.js'
import { syncFolder } from '../../files/sync.js'
import { type ImageSource, openSource } from '../../guest/source.js'
import { withReader } from '../../guest/reader.js'
import { commitImage as commit } from '../../tools/qemu-img/commit.js'
import { createOverlay } from '../../tools/qemu-img/create-overlay.js'
import type { JobContext, StepProgress } from '../job-context.js'
import { measureData } from '../output-space.js'
import { requireSound } from '../prepare-convert.js'
import { workFolder } from '../work-folder.js'
import {
  changeCopy,
  type ChangedCopy,
  requireFormat,
  requireFree,
  requireNoSnapshots,
  requireRevision,
  requireSame,
} from './change-copy.js'
import { overlaysOf } from './overlays-of.js'

const MARGIN_BYTES = 16 * 1024 ** 2

/**
 * Writes what an overlay holds into its backing file: into a copy of that, which is compared with the overlay and takes the name then.
 * At every moment the overlay reads the same, over the old backing file and over the new one.
 *
 * @throws AppError `bad-input` where `into` is not the overlay's backing file, `image-in-use` where another overlay has it too
 */
export async function commitImage(ctx: JobContext, input: JobInput<'commit-image'>): Promise<JobOutput> {
  const overlay = await openSource(input.source)
  requireRevision(overlay, input.revision)
  requireFormat(overlay, 'backing file to write to')
  const base = await backingOf(overlay, input.into)
  requireNoSnapshots(overlay)
  if (input.removeOverlay) await requireNoOverlays(overlay)
  for (const file of overlay.files) await requireFree(file)
  await requireSound(ctx.host, overlay, false)
  const virtualBytes = await withReader(ctx.host, overlay, async (reader) => reader.virtualBytes)
  const output = await changeCopy(ctx, {
    source: base,
    target: { mode: 'in-place', keepBackup: input.keepBackup },
    keeps: { snapshots: true, overlays: [path.basename(overlay.layers[0].path)] },
    alsoUnchanged: [overlay],
    needsFolder: false,
    addedBytes: (await measureData(ctx.host, overlay)) + MARGIN_BYTES,
    change: (copy, progress) => writeInto(ctx, { overlay, copy, virtualBytes }, progress),
    compare: async (copy, progress) => {
      const files = [...overlay.files, copy.path]
      await requireSame(ctx, { left: overlay.node, right: copy.node, files, path: base.path }, progress)
      return ['Content compared with the overlay: identical']
    },
  })
  if (!input.removeOverlay) return output
  const [{ path: file }] = overlay.layers
  await fs.unlink(file)
  await syncFolder(path.dirname(file))
  return { ...output, proofs: [...output.proofs, `The overlay ${path.basename(file)} was removed`] }
}

/** The backing file as an image of its own. Throws `bad-input` where it is another one than the user named. */
async function backingOf(overlay: ImageSource, into: string): Promise<ImageSource> {
  const [, layer, ...below] = overlay.layers
  const reason =
    layer === undefined
      ? 'it has no backing file to write to'
      : !(await isSameFile(layer.path, into))
        ? `its backing file is ${layer.path}, and not ${into}`
        : overlay.extents.length > 0
          ? 'its backing file consists of several files'
          : undefined
  if (layer === undefined || reason !== undefined)
    throw new AppError('bad-input', { details: { path: overlay.path, reason: reason ?? '' } })
  const layers = [layer, ...below] as const
  return {
    path: layer.path,
    layers: [...layers],
    extents: [],
    // Its format is the one that the overlay says it has.
    node: overlay.node.backing ?? { driver: layer.format, path: layer.path },
    files: layers.map((one) => one.path),
    format: layer.format,
    fileBytes: layer.fileBytes,
    onDiskBytes: layer.onDiskBytes,
    revision: layers.map((one) => one.revision).join('.'),
  }
}

async function requireNoOverlays({ layers: [{ path: file }] }: ImageSource): Promise<void> {
  const overlays = await overlaysOf(file)
  if (overlays.length === 0) return
  const holder = `${overlays.join(', ')} (its overlay, which needs it)`
  throw new AppError('image-in-use', { details: { path: file, holder } })
}

/** What qemu opens for writing is an empty overlay over the user's one, and the copy. */
async function writeInto(
  ctx: JobContext,
  work: { readonly overlay: ImageSource; readonly copy: ChangedCopy; readonly virtualBytes: number },
  progress: StepProgress,
): Promise<void> {
  const { overlay, copy, virtualBytes } = work
  const folder = await workFolder(ctx, copy.path)()
  const empty = path.join(folder, 'empty.qcow2')
  const access = { read: overlay.files, write: [copy.path, folder] }
  const { path: backingPath, driver: backingDriver } = overlay.node
  await createOverlay(ctx.host, { path: empty, backingPath, backingDriver, virtualBytes, access })
  const node: BlockNode = { driver: 'qcow2', path: empty, backing: null }
  await commit(ctx.host, { chain: { empty: node, overlay: overlay.node, base: copy.node }, access }, (fraction) =>
    progress.fraction(fraction),
  )
  await fs.rm(folder, { recursive: true, force: true })
}
