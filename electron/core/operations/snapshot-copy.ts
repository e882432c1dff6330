import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { type BlockNode, imageName } from '#shared/images/block-node'
import { requireSpace } from '../files/disk-space.js'
import type { ImageSource } from '../guest/source.js'
import { compareImages } from '../tools/qemu-img/compare.js'
import { convertImage } from '../tools/qemu-img/convert.js'
import { type InternalSnapshot, listSnapshots } from '../tools/qemu-img/list-snapshots.js'
import { serveSnapshot } from '../tools/qemu-nbd/serve-snapshot.js'
import type { Host } from '../process/host.js'
import type { JobContext, StepProgress } from './job-context.js'
import { whileSpaceLasts } from './watch-space.js'

/** By its id, else by its name. Throws `bad-input` when there is none, or names are not unique. */
export async function findSnapshot(host: Host, source: ImageSource, wanted: string): Promise<InternalSnapshot> {
  const all = source.format === 'qcow2' ? await listSnapshots(host, { node: source.node, access: { read: source.files } }) : []
  const byName = all.filter(({ name }) => name === wanted)
  const found = all.find(({ id }) => id === wanted) ?? (byName.length === 1 ? byName[0] : undefined)
  if (found) return found
  const known = all.map(({ id, name }) => `${id} (${name})`).join(', ')
  const problem = byName.length > 1 ? `several snapshots are named ${wanted}: choose by id` : `there is no snapshot ${wanted}`
  throw new AppError('bad-input', { details: { path: source.path, reason: `${problem}; the image has ${known || 'none'}` } })
}

/**
 * The disk as it was in an internal snapshot, as an image of its own in `folder`: qemu opens no snapshot in a block graph, so everything
 * that reads more than once reads a copy. With `verify` it is compared with what qemu-nbd reads of the snapshot. Returns its path.
 *
 * @throws AppError `bad-input`, `no-space`, `verify-mismatch` …
 */
export async function copySnapshot(
  ctx: JobContext,
  work: { readonly source: ImageSource; readonly snapshot: string; readonly folder: string; readonly verify: boolean },
  progress: StepProgress,
): Promise<string> {
  const { source, folder } = work
  const { id, name } = await findSnapshot(ctx.host, source, work.snapshot)
  ctx.message(`Copying the snapshot ${id} (${name})`)
  await requireSpace(folder, source.onDiskBytes)
  const copy = path.join(folder, 'snapshot.qcow2')
  const args = [...'convert -p -m 16 -W -t unsafe -f qcow2 -O qcow2'.split(' '), '-l', `snapshot.id=${id}`, imageName(source.node), copy]
  const access = { read: source.files, write: [folder] }
  const part = work.verify ? 0.5 : 1
  await whileSpaceLasts(ctx, folder, ({ host }) =>
    convertImage(host, { args, access, path: source.path }, (fraction) => progress.fraction(fraction * part)),
  )
  if (!work.verify) return copy
  const node: BlockNode = { driver: 'qcow2', path: copy, backing: null }
  if (await sameAsSnapshot(ctx, source, id, node, (fraction) => progress.fraction(part + fraction * part))) return copy
  throw new AppError('verify-mismatch', { details: { path: source.path } })
}

/** Whether an image reads as an internal snapshot of `source`, as qemu-nbd shows it. */
export async function sameAsSnapshot(
  ctx: JobContext,
  source: ImageSource,
  snapshotId: string,
  copy: BlockNode,
  onProgress: (fraction: number) => void,
): Promise<boolean> {
  const folder = path.join(os.tmpdir(), `diskwright-${ctx.jobId}`)
  const release = ctx.claim('folder', folder)
  await fs.mkdir(folder, { mode: 0o700 })
  try {
    const served = await serveSnapshot(ctx.host, { node: source.node, snapshotId, folder, access: { read: source.files } })
    try {
      const access = { read: [...source.files, copy.path], write: [folder] }
      return await compareImages(ctx.host, { left: { socket: served.socket }, right: copy, access }, onProgress)
    } finally {
      await served.process.stop(1000)
    }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
    release()
  }
}
