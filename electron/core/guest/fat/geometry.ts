import type { ByteView } from '#shared/images/byte-view'

/** Where things lie in a FAT file system; offsets in bytes from its start. */
export interface FatGeometry {
  readonly bits: 12 | 16 | 32
  readonly fatStart: number
  readonly clusterBytes: number
  /** Of cluster 2, the first one. */
  readonly dataStart: number
  readonly clusters: number
  /** FAT12 and FAT16 have their root folder before the clusters. */
  readonly root: { readonly start: number; readonly bytes: number } | { readonly cluster: number }
}

/** Clusters up to here are FAT12, up to the next FAT16 (Microsoft, "FAT: General Overview of On-Disk Format", FAT type determination). */
const MAX_FAT12 = 4084
const MAX_FAT16 = 65_524

/** Null where the boot sector is none of a FAT, or says what cannot be. */
export function readFatGeometry(view: ByteView): FatGeometry | null {
  if (!view.has(0, 512) || view.latin1(3, 8) === 'EXFAT   ') return null
  const sectorBytes = view.u16le(11)
  const perCluster = view.u8(13)
  const reserved = view.u16le(14)
  const fats = view.u8(16)
  const rootBytes = view.u16le(17) * 32
  const fatSectors = view.u16le(22) || view.u32le(36)
  const sectors = view.u16le(19) || view.u32le(32)
  const isPower = (value: number) => value > 0 && (value & (value - 1)) === 0
  if (!isPower(sectorBytes) || sectorBytes < 512 || sectorBytes > 4096 || !isPower(perCluster)) return null
  if (reserved === 0 || fats === 0 || fats > 2 || fatSectors === 0 || sectors === 0) return null
  const rootStart = (reserved + fats * fatSectors) * sectorBytes
  const dataStart = rootStart + Math.ceil(rootBytes / sectorBytes) * sectorBytes
  const clusterBytes = perCluster * sectorBytes
  const bySize = Math.floor((sectors * sectorBytes - dataStart) / clusterBytes)
  // The specification goes by the number of clusters, Linux by the field that only FAT32 has: they differ for small FAT32 alone.
  const bits = view.u16le(22) === 0 ? 32 : bySize <= MAX_FAT12 ? 12 : 16
  const clusters = Math.min(bySize, Math.floor((fatSectors * sectorBytes * 8) / bits) - 2)
  if (clusters <= 0 || (bits === 16 && clusters > MAX_FAT16)) return null
  const root = bits === 32 ? { cluster: view.u32le(44) } : { start: rootStart, bytes: rootBytes }
  return { bits, fatStart: reserved * sectorBytes, clusterBytes, dataStart, clusters, root }
}
