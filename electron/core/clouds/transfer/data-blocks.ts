import type { DiskExtent } from '../../guest/raw-disk.js'
import type { DiskContent } from '../upload-source.js'

export interface DataBlock {
  readonly index: number
  readonly bytes: Buffer
}

/**
 * The blocks of a disk that hold anything but zeros, in order; the last one is filled up with zeros. What the map of the disk calls empty is
 * not read; what it calls data is looked at.
 *
 * @param blockBytes size of a block
 * @param has leaves out blocks that are there already
 * @param onSkipped told of each block that the map calls data and that is not given: it is there already, or zero
 */
export async function* dataBlocks(
  disk: DiskContent,
  blockBytes: number,
  has: (index: number) => boolean = () => false,
  onSkipped: (index: number) => void = () => {},
): AsyncGenerator<DataBlock> {
  const zeros = Buffer.alloc(blockBytes)
  for (const index of mappedBlocks(disk, blockBytes)) {
    if (has(index)) {
      onSkipped(index)
      continue
    }
    const read = await disk.read(index * blockBytes, Math.min(blockBytes, disk.virtualBytes - index * blockBytes))
    const bytes = read.length === blockBytes ? read : Buffer.concat([read], blockBytes)
    if (bytes.equals(zeros)) onSkipped(index)
    else yield { index, bytes }
  }
}

/** How many blocks `mappedBlocks` gives. */
export function countBlocks(extents: readonly DiskExtent[], blockBytes: number): number {
  let count = 0
  let next = 0
  for (const { start, length, zero } of extents) {
    if (zero) continue
    const last = Math.ceil((start + length) / blockBytes)
    count += Math.max(0, last - Math.max(next, Math.floor(start / blockBytes)))
    next = Math.max(next, last)
  }
  return count
}

/** Blocks that the map of a disk calls data, in order: what `dataBlocks` looks at. */
export function* mappedBlocks(disk: Pick<DiskContent, 'extents'>, blockBytes: number): Generator<number> {
  let next = 0
  for (const { start, length, zero } of disk.extents) {
    if (zero) continue
    const last = Math.ceil((start + length) / blockBytes)
    for (let index = Math.max(next, Math.floor(start / blockBytes)); index < last; index++) yield index
    next = Math.max(next, last)
  }
}
