import type { Filesystem, Partition } from '#shared/images/image-info'
import { isEspType, isExtendedType, partitionTypeName } from '#shared/images/partition-types'
import { readSuperblock } from '#shared/images/superblock'
import type { TablePartition } from '../tools/sfdisk/read-table.js'
import type { GuestFiles } from './guest-files.js'
import type { ImageReader } from './reader.js'

const MAX_PARTITIONS = 256

/** Kinds of file systems that GRUB's drivers read here. */
const READABLE: ReadonlySet<string> = new Set(['fat', 'ext', 'xfs', 'btrfs', 'iso9660', 'squashfs', 'ntfs'])

export function isReadable(filesystem: Filesystem | null): boolean {
  return filesystem !== null && READABLE.has(filesystem.kind)
}

/** All partitions with what is in them; the whole disk as number 0 where there is no table but a file system. */
export async function readPartitions(reader: ImageReader, files: GuestFiles): Promise<Partition[]> {
  const rows = reader.table.partitions.filter((row) => !isExtendedType(row.type)).slice(0, MAX_PARTITIONS)
  if (rows.length === 0) return readWholeDisk(reader)
  return Promise.all(rows.map((row) => readPartition(reader, files, row)))
}

async function readWholeDisk(reader: ImageReader): Promise<Partition[]> {
  const filesystem = await filesystemAt(reader, 0, reader.virtualBytes)
  if (!filesystem) return []
  const whole = {
    number: 0,
    startBytes: 0,
    sizeBytes: reader.virtualBytes,
    type: null,
    typeName: 'Whole disk',
    name: null,
    bootable: false,
  }
  return [{ ...whole, isEsp: false, filesystem }]
}

async function readPartition(reader: ImageReader, files: GuestFiles, row: TablePartition): Promise<Partition> {
  const filesystem = await filesystemAt(reader, row.startBytes, row.sizeBytes)
  const typedEsp = isEspType(row.type)
  return {
    ...row,
    typeName: partitionTypeName(row.type),
    isEsp: filesystem?.kind === 'fat' && (typedEsp || (await hasEfiFolder(files, row.number))),
    filesystem,
  }
}

/** True where the type says otherwise: firmware that goes by types will not find this partition. */
export function hasWrongEspType(partition: Partition): boolean {
  return partition.isEsp && partition.type !== null && !isEspType(partition.type)
}

async function hasEfiFolder(files: GuestFiles, partition: number): Promise<boolean> {
  const names = await files.list(partition, '/').catch(() => [])
  return names.some((entry) => entry.kind === 'folder' && entry.name.toLowerCase() === 'efi')
}

async function filesystemAt(reader: ImageReader, startBytes: number, sizeBytes: number): Promise<Filesystem | null> {
  return readSuperblock((offset, length) => {
    if (offset >= sizeBytes) return Buffer.alloc(0)
    return reader.readAt(startBytes + offset, Math.min(length, sizeBytes - offset))
  })
}
