import { type ByteView, safeBytes } from '../images/byte-view.js'

export const SECTOR = 512
/** `gdOffset` of a stream: the footer has the true one. */
export const AT_END = 0xffff_ffff_ffff_ffffn
/** Bits of `flags`. */
export const COMPRESSED = 0x10000
export const MARKERS = 0x20000

/** `SparseExtentHeader`, offsets and sizes in sectors. */
export interface SparseHeader {
  readonly version: number
  readonly flags: number
  readonly capacity: number | null
  readonly grainSectors: number
  readonly descriptorAt: number | null
  readonly descriptorSectors: number
  readonly entriesPerTable: number
  readonly gdOffset: bigint
  readonly overhead: number | null
  readonly unclean: boolean
  /** The four characters that a transfer as text changes are as they were. */
  readonly newlines: boolean
  readonly compression: number
  /** All bytes in hex, without those of `gdOffset`: what header and footer have in common. */
  readonly common: string
}

/** Null when the magic is another, or the bytes are not all there. */
export function readSparseHeader(view: ByteView): SparseHeader | null {
  if (!view.startsWith('KDMV') || !view.has(0, SECTOR)) return null
  return {
    version: view.u32le(4),
    flags: view.u32le(8),
    capacity: safeBytes(view.u64le(12)),
    grainSectors: Number(view.u64le(20) & 0xffff_ffffn),
    descriptorAt: safeBytes(view.u64le(28) * BigInt(SECTOR)) === null ? null : Number(view.u64le(28)),
    descriptorSectors: Number(view.u64le(36) & 0xffff_ffffn),
    entriesPerTable: view.u32le(44),
    gdOffset: view.u64le(56),
    overhead: safeBytes(view.u64le(64) * BigInt(SECTOR)) === null ? null : Number(view.u64le(64)),
    unclean: view.u8(72) !== 0,
    newlines: view.startsWith('\n \r\n', 73),
    compression: view.u16le(77),
    common: view.hex(0, 56) + view.hex(64, SECTOR - 64),
  }
}

/** Grains and tables of sizes that readers take (QEMU block/vmdk.c): others are no reason to read on. */
export function hasKnownGrains({ grainSectors, entriesPerTable }: Pick<SparseHeader, 'grainSectors' | 'entriesPerTable'>): boolean {
  const powerOfTwo = grainSectors >= 8 && (grainSectors & (grainSectors - 1)) === 0
  return powerOfTwo && entriesPerTable >= 1 && entriesPerTable <= 512
}
