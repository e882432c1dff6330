import type { RawDisk } from '../../guest/raw-disk.js'

const CHUNK = 4 * 1024 ** 2
const SECTOR = 512
/** Reading so much of nothing takes less time than asking twice. */
const BRIDGED = 256 * 1024

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

/**
 * Whether two disks hold the same; stops at the first difference. What is empty in both is not read, and where only one of them is empty both
 * are read all the same: its zeros are seen, not believed.
 *
 * @param onProgress bytes that were read of each
 * @param pause awaited between reads; may throw `cancelled`
 */
export async function readsTheSame(
  left: Disk,
  right: Disk,
  onProgress: (done: number) => void,
  pause: () => Promise<void>,
): Promise<boolean> {
  let done = 0
  for (const { start, length } of chunksToRead(left, right)) {
    await pause()
    const [one, other] = await Promise.all([readPadded(left, start, length), readPadded(right, start, length)])
    if (!one.equals(other)) return false
    done += length
    onProgress(done)
  }
  return true
}

/** What `readsTheSame` has to read of each disk, bytes. */
export function bytesToRead(left: Pick<Disk, 'extents'>, right: Pick<Disk, 'extents'>): number {
  return heldRuns(left, right).reduce((sum, { length }) => sum + length, 0)
}

function* chunksToRead(left: Disk, right: Disk): Generator<Range> {
  for (const run of heldRuns(left, right)) {
    const end = run.start + run.length
    for (let start = run.start; start < end; start += CHUNK) yield { start, length: Math.min(CHUNK, end - start) }
  }
}

/** Runs in which at least one of the disks may hold something, in order. */
function heldRuns(left: Pick<Disk, 'extents'>, right: Pick<Disk, 'extents'>): Range[] {
  const held = [...left.extents, ...right.extents].filter((extent) => !extent.zero).toSorted((one, other) => one.start - other.start)
  const runs: Range[] = []
  for (const { start, length } of held) {
    const last = runs.at(-1)
    if (last === undefined || start > last.start + last.length + BRIDGED) runs.push({ start, length })
    else runs[runs.length - 1] = { start: last.start, length: Math.max(last.length, start + length - last.start) }
  }
  return runs
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
