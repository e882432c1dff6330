import type { FilesystemKind, ImageInfo, Partition } from '#shared/images/image-info'
import type { OsTree } from '#shared/images/os-tree'
import type { Place } from './files-view.js'

/** Kinds that hold files which Diskwright reads. */
const BROWSABLE: ReadonlySet<FilesystemKind> = new Set(['fat', 'ext', 'xfs', 'btrfs', 'iso9660', 'squashfs', 'ntfs', 'other'])
/** Kinds that a Linux kernel of an engine writes. */
const WRITABLE: ReadonlySet<FilesystemKind> = new Set(['fat', 'ext', 'xfs', 'btrfs'])

export interface PlaceOption {
  readonly value: string
  readonly label: string
}

export function isBrowsable({ filesystem }: Partition): boolean {
  return filesystem !== null && BROWSABLE.has(filesystem.kind)
}

export function isWritable(partition: Partition | undefined): boolean {
  return WRITABLE.has(partition?.filesystem?.kind ?? 'none')
}

/** Where one can look, the system's own tree first. */
export function placeOptions(info: ImageInfo, tree: OsTree | null): PlaceOption[] {
  const partitions = info.partitions.map(
    (partition): PlaceOption => ({ value: String(partition.number), label: partitionLabel(partition) }),
  )
  return tree === null ? partitions : [{ value: 'system', label: `System · ${info.osName ?? 'its own tree'}` }, ...partitions]
}

function partitionLabel(partition: Partition): string {
  const name = partition.filesystem?.label || partition.name || ''
  const number = partition.number === 0 ? 'Whole disk' : `Partition ${partition.number}`
  return [number, name, partition.filesystem?.type ?? 'no file system'].filter((part) => part !== '').join(' · ')
}

/** The place to show: the one that was chosen while it is there, else the system, else the largest partition that can be looked into. */
export function currentPlace(info: ImageInfo, tree: OsTree | null, chosen: Place | null): Place | null {
  if (chosen === 'system' && tree !== null) return chosen
  if (typeof chosen === 'number' && info.partitions.some(({ number }) => number === chosen)) return chosen
  if (tree !== null) return 'system'
  const [largest] = info.partitions.filter(isBrowsable).toSorted((a, b) => b.sizeBytes - a.sizeBytes)
  return (largest ?? info.partitions[0])?.number ?? null
}

/** Why a partition shows no files. */
export function unreadableWords({ filesystem, typeName }: Partition): { readonly title: string; readonly text: string } {
  switch (filesystem?.kind) {
    case 'luks':
      return { title: 'This partition is encrypted', text: 'Its files can only be seen with its key, which Diskwright does not ask for.' }
    case 'lvm':
      return { title: 'This is a physical volume of LVM', text: 'Its logical volumes hold the files. Diskwright does not look into them.' }
    case 'swap':
      return { title: 'This is swap space', text: 'It holds no files.' }
    default:
      return {
        title: 'No file system here',
        text: `Nothing that Diskwright knows begins this partition (${typeName}). It may be boot code, or data of a program.`,
      }
  }
}
