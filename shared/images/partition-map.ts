import type { Partition } from './image-info.js'
import { isExtendedType } from './partition-types.js'

/** One piece of the disk, drawn left to right. */
export interface MapSegment {
  /** Null for a stretch that belongs to no partition. */
  readonly partition: Partition | null
  readonly startBytes: number
  readonly sizeBytes: number
  /** True share of the disk, 0..1. */
  readonly share: number
  /** Share of the drawn width, 0..1; all add up to 1. To scale but for small pieces, which get the minimum. */
  readonly width: number
}

export interface MapOptions {
  /** Least width of a partition. Default 0.04. */
  readonly minimumPartition?: number
  /** Least width of a gap. Default 0.01. */
  readonly minimumGap?: number
  /** Smaller gaps are alignment, not free space, and are left out. Default 2 MiB. */
  readonly smallestGapBytes?: number
}

/**
 * Lays partitions and free stretches out over the width of the disk. Extended MBR partitions are left out: their
 * logical partitions stand for them. Sizes in bytes; overlapping partitions stand side by side.
 */
export function layOutPartitions(virtualBytes: number, partitions: readonly Partition[], options: MapOptions = {}): MapSegment[] {
  const { minimumPartition = 0.04, minimumGap = 0.01, smallestGapBytes = 2 * 1024 * 1024 } = options
  const pieces = cutDisk(virtualBytes, partitions, smallestGapBytes)
  const total = Math.max(1, virtualBytes)
  const widths = widthsOf(
    pieces.map((piece) => ({ weight: piece.sizeBytes, minimum: piece.partition === null ? minimumGap : minimumPartition })),
  )
  return pieces.map((piece, at) => ({ ...piece, share: Math.min(1, piece.sizeBytes / total), width: widths[at] ?? 0 }))
}

type Piece = Pick<MapSegment, 'partition' | 'startBytes' | 'sizeBytes'>

function cutDisk(virtualBytes: number, partitions: readonly Partition[], smallestGapBytes: number): Piece[] {
  const drawn = partitions.filter((partition) => partition.type === null || !isExtendedType(partition.type))
  const sorted = [...drawn].sort((left, right) => left.startBytes - right.startBytes || left.number - right.number)
  const pieces: Piece[] = []
  let end = 0
  const gapTo = (start: number) => {
    if (start - end >= smallestGapBytes) pieces.push({ partition: null, startBytes: end, sizeBytes: start - end })
  }
  for (const partition of sorted) {
    gapTo(partition.startBytes)
    pieces.push({ partition, startBytes: partition.startBytes, sizeBytes: partition.sizeBytes })
    end = Math.max(end, partition.startBytes + partition.sizeBytes)
  }
  gapTo(virtualBytes)
  return pieces
}

/** Widths by weight where none falls below its minimum; what the small ones gain, the others give up in proportion. */
function widthsOf(pieces: readonly { weight: number; minimum: number }[]): number[] {
  const minimums = pieces.reduce((sum, piece) => sum + piece.minimum, 0)
  if (minimums >= 1) return pieces.map((piece) => piece.minimum / minimums)
  const fixed = new Set<number>()
  for (;;) {
    const weight = pieces.reduce((sum, piece, at) => (fixed.has(at) ? sum : sum + piece.weight), 0)
    const room = 1 - pieces.reduce((sum, piece, at) => (fixed.has(at) ? sum + piece.minimum : sum), 0)
    const scaled = (at: number) => (weight === 0 ? 0 : ((pieces[at]?.weight ?? 0) / weight) * room)
    const small = pieces.flatMap((piece, at) => (!fixed.has(at) && scaled(at) < piece.minimum ? [at] : []))
    if (small.length === 0 || fixed.size + small.length === pieces.length) {
      return spread(pieces.map((piece, at) => (fixed.has(at) || small.includes(at) ? piece.minimum : scaled(at))))
    }
    for (const at of small) fixed.add(at)
  }
}

/** Corrects the sum to 1 where every piece stands at its minimum. */
function spread(widths: readonly number[]): number[] {
  const sum = widths.reduce((total, width) => total + width, 0)
  return widths.map((width) => (sum === 0 ? 0 : width / sum))
}
