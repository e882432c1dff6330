import type { BlockNode } from '#shared/images/block-node'
import { type DiskExtent, readExtents, withMappedDisk } from '../../guest/raw-disk.js'
import { compareImages } from '../../tools/qemu-img/compare.js'
import type { JobContext } from '../job-context.js'
import { bytesToRead, readsTheSame } from './compare-disks.js'

export interface ComparedPair {
  readonly left: BlockNode
  readonly right: BlockNode
  /** Real paths of all files of both. */
  readonly files: readonly string[]
  readonly virtualBytes: number
}

/**
 * Where qemu-img asks for what is empty it gets an answer for 64 KiB of a VMDK, and none for a VHDX, of which it reads it all: a disk of 1 TiB
 * takes it minutes, whatever it holds (measured with QEMU 7.2).
 */
const SLOW_DRIVERS: ReadonlySet<string> = new Set(['vmdk', 'vhdx'])
/** Below, it takes qemu-img less than what two more programs need to start. */
export const LARGE_BYTES = 16 * 1024 ** 3

/**
 * Whether two images hold the same; a longer tail of zeros counts as equal. Every byte that either of them holds is read from both. That there
 * is nothing between is what the file systems and the tables of the formats say of each, the same that `qemu-img compare` goes by.
 *
 * @param onProgress fraction 0..1
 */
export async function sameContent(
  ctx: Pick<JobContext, 'host' | 'pausePoint'>,
  pair: ComparedPair,
  onProgress: (fraction: number) => void,
): Promise<boolean> {
  const { left, right, files } = pair
  const maps = isSlow(pair) ? await mapBoth(ctx, pair) : null
  if (maps === null) return compareImages(ctx.host, { left, right, access: { read: files } }, onProgress)
  const total = Math.max(1, maps.bytes)
  return withMappedDisk(ctx.host, left, files, maps.left, (one) =>
    withMappedDisk(ctx.host, right, files, maps.right, (other) =>
      readsTheSame(
        one,
        other,
        (done) => onProgress(done / total),
        () => ctx.pausePoint(),
      ),
    ),
  )
}

function isSlow({ left, right, virtualBytes }: ComparedPair): boolean {
  return virtualBytes >= LARGE_BYTES && [left, right].some(({ driver }) => SLOW_DRIVERS.has(driver))
}

interface BothMaps {
  readonly left: readonly DiskExtent[]
  readonly right: readonly DiskExtent[]
  readonly bytes: number
}

/** Null where most of the disk has to be read anyway: then qemu-img is as fast, and needs no server for each side. */
async function mapBoth({ host }: Pick<JobContext, 'host'>, pair: ComparedPair): Promise<BothMaps | null> {
  const [left, right] = await Promise.all([readExtents(host, pair.left, pair.files), readExtents(host, pair.right, pair.files)])
  const bytes = bytesToRead({ extents: left }, { extents: right })
  return bytes <= pair.virtualBytes / 2 ? { left, right, bytes } : null
}
