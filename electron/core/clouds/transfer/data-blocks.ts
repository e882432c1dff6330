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
 */
export async function* dataBlocks(
  disk: DiskContent,
  blockBytes: number,
  has: (index: number) => boolean = () => false,
): AsyncGenerator<DataBlock> {
  const zeros = Buffer.alloc(blockBytes)
  let next = 0
  for (const { start, length, zero } of disk.extents) {
    if (zero) continue
    const last = Math.ceil((start + length) / blockBytes)
    for (let index = Math.max(next, Math.floor(start / blockBytes)); index < last; index++) {
      next = index + 1
      if (has(index)) continue
      const read = await disk.read(index * blockBytes, Math.min(blockBytes, disk.virtualBytes - index * blockBytes))
      const bytes = read.length === blockBytes ? read : Buffer.concat([read], blockBytes)
      if (!bytes.equals(zeros)) yield { index, bytes }
    }
  }
}
