import { findVhdxBlocks } from '../images/vhdx-extents.js'
import { type ByteSource, viewOf } from './byte-source.js'
import { fromTheEnd, type ReachLimits } from './reach.js'

const MIB = 1024 * 1024
const MAX_TRACKED = 8 * 1024 ** 2

export interface VhdxTable {
  readonly at: number
  readonly entries: number
  readonly ratio: number
  readonly blockBytes: number
}

/** Null where the tables that lead to it are not sound. */
export async function readVhdxTable(source: ByteSource): Promise<VhdxTable | null> {
  const found = await findVhdxBlocks((offset, length) => source.read(offset, length))
  return found && { at: found.at, entries: found.entries, ratio: found.ratio, blockBytes: found.disk.blockBytes }
}

/** Counts entries whose block is not in the file or is no known state, and entries whose block is another one's already (MS-VHDX 2.5.1.1). */
export async function countVhdxBlocks(
  source: ByteSource,
  { at, entries, ratio, blockBytes }: VhdxTable,
  limits: ReachLimits,
): Promise<{ outside: number; twice: number }> {
  const used = new Set<number>()
  let [outside, twice] = [0, 0]
  for (const { from, count } of fromTheEnd(entries, limits.tableBytes / 8)) {
    limits.throwIfStopped()
    const view = await viewOf(source, at + from * 8, count * 8)
    for (let index = 0; index * 8 < view.length; index += 1) {
      if ((from + index) % (ratio + 1) === ratio) continue
      const entry = view.u64le(index * 8)
      const state = Number(entry & 7n)
      // 0 to 3: nothing is there to be read; 6: there; 7 is of differencing disks.
      if (state <= 3) continue
      const block = Number(entry >> 20n)
      if (state !== 6 || block * MIB + blockBytes > source.bytes) outside += 1
      else if (used.has(block)) twice += 1
      else if (used.size < MAX_TRACKED) used.add(block)
    }
  }
  return { outside, twice }
}
