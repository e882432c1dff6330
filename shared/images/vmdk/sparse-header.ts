/** Bytes of a sector, the unit of all places in a VMDK. */
export const SECTOR_BYTES = 512
/** Sectors of a grain, the unit of allocation: 64 KiB, the size that every reader of stream-optimized disks takes. */
export const GRAIN_SECTORS = 128
export const GRAIN_BYTES = GRAIN_SECTORS * SECTOR_BYTES
/** Entries of a grain table. */
export const TABLE_ENTRIES = 512
/** `gdOffset` of a header whose grain directory is told by the footer. */
export const DIRECTORY_AT_END = 0xffff_ffff_ffff_ffffn
/** Sectors that the embedded descriptor has from sector 1 on. */
export const DESCRIPTOR_SECTORS = 20
/** Sectors before the first grain. A whole grain, as VMware's own tools leave. */
export const OVERHEAD_SECTORS = GRAIN_SECTORS

const MAGIC = 0x564d444b
const VERSION = 3
const NEWLINE_TEST = 1 << 0
const COMPRESSED_GRAINS = 1 << 16
const MARKERS = 1 << 17
const DEFLATE = 1

export interface SparseHeader {
  /** Sectors of the disk. */
  readonly capacity: number
  /** Sector of the grain directory, or `DIRECTORY_AT_END`. */
  readonly directory: bigint
}

/**
 * `SparseExtentHeader` of a stream-optimized disk, one sector; the same structure is its footer.
 *
 * Source: VMware, "Virtual Disk Format 5.0", "Hosted Sparse Extents" (the structure, the newline test) and
 * "Stream-Optimized Compressed Sparse Extents" (version 3, flags for compressed grains and markers, no redundant directory).
 */
export function sparseHeader({ capacity, directory }: SparseHeader): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, VERSION, true)
  view.setUint32(8, NEWLINE_TEST | COMPRESSED_GRAINS | MARKERS, true)
  view.setBigUint64(12, BigInt(capacity), true)
  view.setBigUint64(20, BigInt(GRAIN_SECTORS), true)
  view.setBigUint64(28, 1n, true)
  view.setBigUint64(36, BigInt(DESCRIPTOR_SECTORS), true)
  view.setUint32(44, TABLE_ENTRIES, true)
  view.setBigUint64(48, 0n, true)
  view.setBigUint64(56, directory, true)
  view.setBigUint64(64, BigInt(OVERHEAD_SECTORS), true)
  // `singleEndLineChar`, `nonEndLineChar`, `doubleEndLineChar1` and `2`: a transfer in text mode would change them.
  bytes.set([0x0a, 0x20, 0x0d, 0x0a], 73)
  view.setUint16(77, DEFLATE, true)
  return bytes
}
