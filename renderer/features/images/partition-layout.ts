import type { FilesystemKind, ImageInfo, Partition } from '#shared/images/image-info'

export interface MapSegment {
  readonly partition: Partition | null
  readonly sizeBytes: number
  /** Share of the drawn width, all add up to 1. */
  readonly share: number
}

/** Gaps below this share of the disk (alignment, the tables themselves) are not drawn. */
const SMALLEST_GAP = 0.004

/**
 * Partitions and gaps in disk order, to scale, but none narrower than `minShare` so that every one can be seen and pointed at.
 * Extended MBR containers overlap their logical partitions; what overlaps the one before it is drawn after it.
 */
export function mapSegments(info: Pick<ImageInfo, 'partitions' | 'virtualBytes'>, minShare = 0.053): MapSegment[] {
  const sorted = info.partitions.toSorted((a, b) => a.startBytes - b.startBytes)
  const pieces: { partition: Partition | null; sizeBytes: number }[] = []
  let at = 0
  for (const partition of sorted) {
    const gap = partition.startBytes - at
    if (gap > info.virtualBytes * SMALLEST_GAP) pieces.push({ partition: null, sizeBytes: gap })
    pieces.push({ partition, sizeBytes: partition.sizeBytes })
    at = Math.max(at, partition.startBytes + partition.sizeBytes)
  }
  const rest = info.virtualBytes - at
  if (pieces.length === 0 || rest > info.virtualBytes * SMALLEST_GAP) pieces.push({ partition: null, sizeBytes: Math.max(rest, 0) })
  return withShares(pieces, Math.min(minShare, 1 / pieces.length))
}

function withShares(pieces: readonly { partition: Partition | null; sizeBytes: number }[], minShare: number): MapSegment[] {
  const total = pieces.reduce((sum, piece) => sum + piece.sizeBytes, 0)
  const raw = pieces.map((piece) => (total === 0 ? 1 / pieces.length : piece.sizeBytes / total))
  const small = raw.map((share) => share < minShare)
  // Growing the small ones takes from the large ones, which may make one of those small in turn.
  for (;;) {
    const free = 1 - small.filter(Boolean).length * minShare
    const large = raw.reduce((sum, share, index) => (small[index] ? sum : sum + share), 0)
    const scaled = raw.map((share, index) => (small[index] ? minShare : large === 0 ? free : (share / large) * free))
    const fresh = scaled.findIndex((share, index) => !small[index] && share < minShare - 1e-9)
    if (fresh < 0) return pieces.map((piece, index) => ({ ...piece, share: scaled[index] ?? 0 }))
    small[fresh] = true
  }
}

const FIXED_COLOURS: Readonly<Record<FilesystemKind, string>> = {
  fat: 'var(--dw-fs-fat)',
  ext: 'var(--dw-fs-ext)',
  xfs: 'var(--dw-fs-xfs)',
  btrfs: 'var(--dw-fs-btrfs)',
  iso9660: 'var(--dw-fs-iso9660)',
  squashfs: 'var(--dw-fs-squashfs)',
  ntfs: 'var(--dw-fs-ntfs)',
  swap: 'var(--dw-fs-swap)',
  lvm: 'var(--dw-fs-lvm)',
  luks: 'var(--dw-fs-luks)',
  other: 'var(--dw-fs-other)',
  none: 'var(--dw-fs-none)',
}

/** One colour per kind of content, wherever it appears. */
export function filesystemColour(kind: FilesystemKind | null): string {
  return FIXED_COLOURS[kind ?? 'none']
}

/** `EFI`, a label, a partition name, or its number: what fits into the map. */
export function partitionName(partition: Partition): string {
  return (
    partition.filesystem?.label ||
    partition.name ||
    (partition.isEsp ? 'EFI' : partition.number === 0 ? 'Whole disk' : `Partition ${partition.number}`)
  )
}

/** Type of the content in words: `FAT32`, `XFS`, `no file system`. */
export function contentName(partition: Partition): string {
  const type = partition.filesystem?.type ?? ''
  if (partition.filesystem === null || partition.filesystem.kind === 'none') return partition.typeName || 'no file system'
  const fat = /\((FAT\d+)\)/.exec(type)
  if (fat?.[1] !== undefined) return fat[1]
  return type === 'xfs' ? 'XFS' : type
}
