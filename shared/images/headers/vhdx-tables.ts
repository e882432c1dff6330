import { ByteView, type ReadBytes, safeBytes } from '../byte-view.js'

const KIB = 1024

/** Identifiers of regions and metadata items: Microsoft, MS-VHDX 2.2.3 "Region table", 2.6 "Metadata region". */
export const BAT_REGION = '2DC27766-F623-4200-9D64-115E9BFD4A08'
export const METADATA_REGION = '8B7CA206-4790-4B9A-B8FE-575F050F886E'
export const FILE_PARAMETERS = 'CAA16737-FA36-4D43-B3B6-33F0AA44E76B'
export const VIRTUAL_DISK_SIZE = '2FA54224-CD1B-4876-B211-5DBED83BF4B8'
export const LOGICAL_SECTOR_SIZE = '8141BF1D-A96F-4709-BA47-F233A8FAAB5F'

/** The two copies of the region table, and their length. */
export const REGION_TABLES = [192 * KIB, 256 * KIB] as const
export const REGION_TABLE_BYTES = 64 * KIB
/** The metadata table is 64 KiB; its entries of 32 bytes follow a header of the same length. */
const METADATA_TABLE_BYTES = 64 * KIB
const MAX_ENTRIES = 2047

export interface VhdxRegion {
  readonly at: number
  readonly bytes: number
}

/** Null where the table does not have it, or where it is said to lie beyond what a number can hold (MS-VHDX 2.2.3.2, "Region Table Entry"). */
export function findRegion(table: ByteView, region: string): VhdxRegion | null {
  const count = Math.min(table.u32le(8), MAX_ENTRIES)
  for (let entry = 0; entry < count; entry += 1) {
    const at = 16 + entry * 32
    if (table.guid(at) !== region) continue
    const offset = safeBytes(table.u64le(at + 16))
    return offset === null ? null : { at: offset, bytes: table.u32le(at + 24) }
  }
  return null
}

/** Null where no metadata table begins there (MS-VHDX 2.6.1, "Metadata Table"). */
export async function readMetadataTable(read: ReadBytes, metadataAt: number): Promise<ByteView | null> {
  const table = new ByteView(await read(metadataAt, METADATA_TABLE_BYTES))
  return table.startsWith('metadata') ? table : null
}

/** The first `length` bytes of a metadata item; null where it is not there. */
export async function readItem(
  read: ReadBytes,
  metadataAt: number,
  table: ByteView,
  item: string,
  length: number,
): Promise<ByteView | null> {
  const count = Math.min(table.u16le(10), MAX_ENTRIES)
  for (let entry = 0; entry < count; entry += 1) {
    const at = 32 + entry * 32
    if (table.guid(at) !== item) continue
    const value = new ByteView(await read(metadataAt + table.u32le(at + 16), length))
    return value.has(0, length) ? value : null
  }
  return null
}

/** How the block table is laid out, MS-VHDX 2.5: after each `ratio` blocks one entry is for a bitmap of sectors. */
export function blockTable(disk: { virtualBytes: number; blockBytes: number; sectorBytes: number }): { entries: number; ratio: number } {
  const blocks = Math.ceil(disk.virtualBytes / disk.blockBytes)
  const ratio = (2 ** 23 * disk.sectorBytes) / disk.blockBytes
  return { entries: blocks + Math.floor((blocks - 1) / ratio), ratio }
}
