import { ByteView, type ReadBytes, safeBytes } from './byte-view.js'
import {
  BAT_REGION,
  blockTable,
  FILE_PARAMETERS,
  findRegion,
  LOGICAL_SECTOR_SIZE,
  METADATA_REGION,
  readItem,
  readMetadataTable,
  REGION_TABLE_BYTES,
  REGION_TABLES,
  VIRTUAL_DISK_SIZE,
} from './headers/vhdx-tables.js'

export interface VhdxExtent {
  readonly start: number
  readonly length: number
  /** No block holds it: it reads as zeros. */
  readonly zero: boolean
}

const MIB = 1024 * 1024
const ENTRIES_PER_READ = 64 * 1024
/** Blocks of the largest disk (64 TiB) at the default size of 32 MiB; a table with more is not worth the reading. */
const MAX_ENTRIES = 2 * MIB
/** Not present, undefined, zero, unmapped: all read as zeros (MS-VHDX 2.5.1.1). */
const LAST_EMPTY_STATE = 3

/**
 * Which parts of a VHDX hold data, by its block table: in order, without gaps, neighbours differ in `zero`. qemu's driver does not tell it:
 * to `qemu-img map` the whole disk is data. Null where the tables are not sound, or not to be read this way.
 *
 * Source: Microsoft, MS-VHDX 2.5 "BAT". The log must be empty: what it holds may change the table.
 */
export async function readVhdxExtents(read: ReadBytes): Promise<readonly VhdxExtent[] | null> {
  const table = await findVhdxBlocks(read)
  if (table === null || table.entries > MAX_ENTRIES) return null
  const { at, entries, ratio, disk } = table
  const extents: VhdxExtent[] = []
  let start = 0
  for (let done = 0; done < entries; done += ENTRIES_PER_READ) {
    const length = Math.min(ENTRIES_PER_READ, entries - done) * 8
    const view = new ByteView(await read(at + done * 8, length))
    if (!view.has(0, length)) return null
    for (let index = 0; index * 8 < length; index += 1) {
      if ((done + index) % (ratio + 1) === ratio) continue
      const bytes = Math.min(disk.blockBytes, disk.virtualBytes - start)
      append(extents, { start, length: bytes, zero: (view.u8(index * 8) & 7) <= LAST_EMPTY_STATE })
      start += bytes
    }
  }
  return extents
}

/** Where the block table of a VHDX lies, and what it is of. */
export interface VhdxBlocks {
  readonly at: number
  readonly entries: number
  /** After so many blocks stands one entry that is none. */
  readonly ratio: number
  readonly disk: VhdxDisk
}

interface VhdxDisk {
  readonly virtualBytes: number
  readonly blockBytes: number
  readonly sectorBytes: number
}

/** Null where the tables that lead to it are not sound, or it is too short for the disk. */
export async function findVhdxBlocks(read: ReadBytes): Promise<VhdxBlocks | null> {
  const regions = new ByteView(await read(REGION_TABLES[0], REGION_TABLE_BYTES))
  const bat = regions.startsWith('regi') ? findRegion(regions, BAT_REGION) : null
  const metadata = findRegion(regions, METADATA_REGION)
  const disk = metadata === null ? null : await readDisk(read, metadata.at)
  if (bat === null || disk === null) return null
  const { entries, ratio } = blockTable(disk)
  return entries * 8 > bat.bytes || !Number.isInteger(ratio) ? null : { at: bat.at, entries, ratio, disk }
}

async function readDisk(read: ReadBytes, metadataAt: number): Promise<VhdxDisk | null> {
  const table = await readMetadataTable(read, metadataAt)
  if (table === null) return null
  const [size, parameters, sector] = [
    await readItem(read, metadataAt, table, VIRTUAL_DISK_SIZE, 8),
    await readItem(read, metadataAt, table, FILE_PARAMETERS, 8),
    await readItem(read, metadataAt, table, LOGICAL_SECTOR_SIZE, 4),
  ]
  const virtualBytes = size === null ? null : safeBytes(size.u64le(0))
  const blockBytes = parameters?.u32le(0) ?? 0
  const sectorBytes = sector?.u32le(0) ?? 0
  const sound = blockBytes >= MIB && blockBytes <= 256 * MIB && (sectorBytes === 512 || sectorBytes === 4096)
  return virtualBytes !== null && virtualBytes > 0 && sound ? { virtualBytes, blockBytes, sectorBytes } : null
}

function append(extents: VhdxExtent[], next: VhdxExtent): void {
  const last = extents.at(-1)
  if (last?.zero === next.zero) extents[extents.length - 1] = { ...last, length: last.length + next.length }
  else extents.push(next)
}
