import fs from 'node:fs/promises'
import path from 'node:path'
import type { BlockNode } from '#shared/images/block-node'
import { type ZeroOverlay, zeroOverlay } from '#shared/images/zero-overlay'
import { readDiskSpace } from '../files/disk-space.js'
import { readBlockTable } from '../guest/vhdx-blocks.js'
import type { JobContext } from './job-context.js'

/** What is read, and all files that it opens. */
export interface ReadDisk {
  readonly node: BlockNode
  readonly files: readonly string[]
}

type Teller = Pick<JobContext, 'jobId' | 'host' | 'claim' | 'defer' | 'log'>

/**
 * The same disk, with qemu being told what is empty of a VHDX in it: to qemu's driver all of that is data, so that it reads a TiB of zeros in
 * most of a minute (measured with QEMU 7.2). The VHDX becomes the backing file of an overlay that holds zeros alone; what it holds is still read
 * by qemu's own driver. The disk as it is where there is nothing to tell. Lasts as long as the job.
 *
 * @param name tells apart what is told of several disks in one job
 */
export async function tellZeros<T extends ReadDisk>(ctx: Teller, disk: T, name = 'source'): Promise<T> {
  const vhdx = vhdxIn(disk.node)
  const extents = vhdx && (await readBlockTable(vhdx))
  const last = extents?.at(-1)
  const overlay = extents && last ? zeroOverlay(extents, last.start + last.length) : null
  const file = overlay && (await writeOverlay(ctx, overlay, name))
  if (file === null || file === undefined) return disk
  ctx.log(`${path.basename(file)} tells qemu-img which parts of the VHDX are empty; without it the same is read, in more time`)
  return { ...disk, node: above(disk.node, file), files: [...disk.files, file] }
}

/** The VHDX that is read: the image itself, or what lies below an overlay. */
function vhdxIn(node: BlockNode): BlockNode | null {
  if (node.driver === 'vhdx') return node
  return node.backing ? vhdxIn(node.backing) : null
}

function above(node: BlockNode, file: string): BlockNode {
  if (node.driver === 'vhdx') return { driver: 'qcow2', path: file, backing: node }
  return node.backing ? { ...node, backing: above(node.backing, file) } : node
}

/** Null where there is no room for it: nothing depends on it. */
async function writeOverlay(ctx: Teller, { fileBytes, pieces }: ZeroOverlay, name: string): Promise<string | null> {
  const folder = path.join(ctx.host.dirs.runtime, 'staging', `${ctx.jobId}.${name}.zeros`)
  const release = ctx.claim('folder', folder)
  ctx.defer(async () => {
    await fs.rm(folder, { recursive: true, force: true })
    release()
  })
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readDiskSpace(folder)).freeBytes < 2 * fileBytes) return null
  const file = path.join(folder, 'empty-parts.qcow2')
  const handle = await fs.open(file, 'wx', 0o600)
  try {
    await handle.truncate(fileBytes)
    for (const { at, bytes } of pieces) await handle.write(bytes, 0, bytes.length, at)
  } finally {
    await handle.close()
  }
  return file
}
