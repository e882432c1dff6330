import type { RawDisk } from '../../guest/raw-disk.js'

const CHUNK = 4 * 1024 ** 2
const SECTOR = 512

export interface Range {
  readonly start: number
  readonly length: number
}

type Disk = Pick<RawDisk, 'virtualBytes' | 'extents' | 'read'>

/**
 * Sectors in which two disks differ, in order, neighbours joined. A disk that ends before the other counts as zeros from there on. What
 * is empty in both is not read; memory does not depend on the size of the disks.
 *
 * @param onProgress bytes of the longer disk that were dealt with
 * @param pause awaited between reads; may throw `cancelled`
 */
export async function* differentRanges(
  left: Disk,
  right: Disk,
  onProgress: (done: number) => void,
  pause: () => Promise<void>,
): AsyncGenerator<Range> {
  let open: Range | undefined
  for (const { start, length } of chunksToRead(left, right)) {
    await pause()
    const [one, other] = await Promise.all([readPadded(left, start, length), readPadded(right, start, length)])
    if (!one.equals(other)) {
      for (const range of differentSectors(one, other, start)) {
        if (open !== undefined && open.start + open.length === range.start) open = { start: open.start, length: open.length + range.length }
        else {
          if (open !== undefined) yield open
          open = range
        }
      }
    }
    onProgress(start + length)
  }
  if (open !== undefined) yield open
}

/** Runs in which at least one of the disks may hold something, cut into pieces that fit into memory. */
function* chunksToRead(left: Disk, right: Disk): Generator<Range> {
  let done = 0
  const held = [...left.extents, ...right.extents].filter((extent) => !extent.zero).toSorted((one, other) => one.start - other.start)
  for (const extent of held) {
    const end = extent.start + extent.length
    for (let start = Math.max(done, extent.start); start < end; start += CHUNK) {
      const length = Math.min(CHUNK, end - start)
      yield { start, length }
      done = start + length
    }
  }
}

async function readPadded(disk: Disk, start: number, length: number): Promise<Buffer> {
  const there = Math.min(length, Math.max(0, disk.virtualBytes - start))
  const bytes = there === 0 ? Buffer.alloc(0) : await disk.read(start, there)
  return there === length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - there)])
}

function differentSectors(one: Buffer, other: Buffer, start: number): Range[] {
  const ranges: Range[] = []
  for (let at = 0; at < one.length; at += SECTOR) {
    const end = Math.min(at + SECTOR, one.length)
    if (one.compare(other, at, end, at, end) === 0) continue
    const last = ranges.at(-1)
    const position = start + at
    if (last !== undefined && last.start + last.length === position) ranges[ranges.length - 1] = { ...last, length: last.length + end - at }
    else ranges.push({ start: position, length: end - at })
  }
  return ranges
}
