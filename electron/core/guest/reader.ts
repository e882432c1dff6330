import type { Host } from '../process/host.js'
import { type GrubVolume, grubDevice } from '../tools/grub-fstest/read.js'
import { readTable, type PartitionTable } from '../tools/sfdisk/read-table.js'
import { withDiskExport } from './disk-export.js'
import type { ImageSource } from './source.js'

/** An image shown as a raw disk, for as long as the reader is open. No VM, no root, and nothing is written. */
export interface ImageReader {
  readonly source: ImageSource
  /** Bytes the guest sees. */
  readonly virtualBytes: number
  readonly table: PartitionTable
  /** Another process has the image open for writing: what is read may be out of date. */
  readonly inUse: boolean
  /** `length` bytes from `offset` of the raw disk; fewer at its end. */
  readAt(offset: number, length: number): Promise<Buffer>
  /** Where GRUB's drivers find a partition; 0 is the whole disk. */
  volume(partition: number): GrubVolume
}

/** Opens a reader, does `work` and closes it whatever happens. */
export function withReader<T>(host: Host, source: ImageSource, work: (reader: ImageReader) => Promise<T>): Promise<T> {
  return withDiskExport(host, source, async (disk) => {
    const table = await readTable(host, disk.insidePath, disk.session)
    return work({
      source,
      virtualBytes: disk.virtualBytes,
      table,
      inUse: disk.inUse,
      readAt: disk.readAt,
      volume: (partition) => ({ disk: disk.insidePath, session: disk.session, device: grubDevice(table.table, partition) }),
    })
  })
}
