import { GRAIN_SECTORS, SECTOR_BYTES, TABLE_ENTRIES } from './sparse-header.js'

/** Bytes of a grain marker before the compressed data: its first sector, and the data's length. */
export const GRAIN_MARKER_BYTES = 12

/** Types of a metadata marker. VMware, "Virtual Disk Format 5.0", "Stream-Optimized Compressed Sparse Extents", "Markers". */
const TYPES = { 'end-of-stream': 0, 'grain-table': 1, 'grain-directory': 2, footer: 3 } as const
export type MetadataKind = keyof typeof TYPES

/** Bytes that a compressed grain takes: marker and data, up to a whole sector. */
export function grainRecordBytes(compressedBytes: number): number {
  return Math.ceil((GRAIN_MARKER_BYTES + compressedBytes) / SECTOR_BYTES) * SECTOR_BYTES
}

/**
 * Writes the marker of a grain: `{ lba: u64, size: u32 }`, followed by `size` bytes of data (RFC 1950).
 * Source: as for the types, "Compressed Grains".
 */
export function writeGrainMarker(into: Uint8Array, at: number, grain: { readonly index: number; readonly compressedBytes: number }): void {
  const view = new DataView(into.buffer, into.byteOffset + at, GRAIN_MARKER_BYTES)
  view.setBigUint64(0, BigInt(grain.index) * BigInt(GRAIN_SECTORS), true)
  view.setUint32(8, grain.compressedBytes, true)
}

/** `{ numSectors: u64, size: u32 = 0, type: u32 }` in a sector of its own; `sectors` of metadata follow. The end of the stream is all zeros. */
export function metadataMarker(kind: MetadataKind, sectors: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(sectors), true)
  view.setUint32(12, TYPES[kind], true)
  return bytes
}

/** A grain table or directory: sector numbers of 32 bits, up to whole sectors. Zero is what is not there. */
export function sectorTable(entries: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((entries.length * 4) / SECTOR_BYTES) * SECTOR_BYTES)
  const view = new DataView(bytes.buffer)
  for (const [at, sector] of entries.entries()) view.setUint32(at * 4, sector, true)
  return bytes
}

/** How many grains, and grain tables, a disk of that many sectors has. */
export function tablesOf(capacity: number): { readonly grains: number; readonly tables: number } {
  const grains = Math.ceil(capacity / GRAIN_SECTORS)
  return { grains, tables: Math.ceil(grains / TABLE_ENTRIES) }
}
