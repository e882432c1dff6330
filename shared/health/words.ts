import type { BootEntry } from '../boot/boot-entry.js'
import type { Partition } from '../images/image-info.js'
import { formatBytes } from '../text/bytes.js'

/** `partition 2 (xfs, 488 MiB)` */
export function describePartition(partition: Partition): string {
  return `partition ${partition.number} (${partition.filesystem?.type ?? 'no file system'}, ${formatBytes(partition.sizeBytes)})`
}

/** The entry's title, else its id. */
export function entryName(entry: BootEntry | undefined): string {
  return entry === undefined ? 'no boot entry' : entry.title || entry.id
}

/** At most so many lines, and how many more there are. */
export function shorten(lines: readonly string[], most = 10): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more`]
}
