import { safeBytes } from '../images/byte-view.js'
import { type ByteSource, viewOf } from './byte-source.js'
import { fromTheEnd, type ReachLimits } from './reach.js'
import { AT_END, COMPRESSED, readSparseHeader, SECTOR, type SparseHeader } from './vmdk-header.js'

const MAX_TABLES = 1024 ** 2
/** Of a grain that is compressed: where it belongs, and how many bytes follow. */
const MARKER_BYTES = 12
/** The footer is the last sector but one (Virtual Disk Format 5.0, "Stream-Optimized Compressed Sparse Extents"). */
const FOOTER_FROM_END = 2 * SECTOR

/**
 * Counts entries of the grain tables of a hosted sparse extent that lead out of the file; `null` where the directory itself is not in it.
 * Each table is read once, however often it is named.
 */
export async function countLostGrains(source: ByteSource, header: SparseHeader, limits: ReachLimits): Promise<number | null> {
  const span = header.grainSectors * header.entriesPerTable
  const tables = span > 0 ? Math.ceil((header.capacity ?? 0) / span) : MAX_TABLES + 1
  const at = await directoryAt(source, header)
  if (at === null || at <= 0 || tables > MAX_TABLES || at + tables * 4 > source.bytes) return null
  const tableBytes = header.entriesPerTable * 4
  const seen = new Set<number>()
  let room = limits.tableBytes
  let [lost, furthest] = [0, 0]
  for (const { from, count } of fromTheEnd(tables, room / 4)) {
    const directory = await viewOf(source, at + from * 4, count * 4)
    room -= directory.length
    for (let table = count - 1; table >= 0 && room > 0; table -= 1) {
      const tableAt = directory.u32le(table * 4)
      if (tableAt === 0 || seen.has(tableAt)) continue
      seen.add(tableAt)
      limits.throwIfStopped()
      const entries = await viewOf(source, tableAt * SECTOR, tableBytes)
      room -= tableBytes
      if (entries.length < tableBytes) lost += 1
      // 1 stands for a grain of zeros (version 2 and up).
      for (let index = 0; index * 4 < entries.length; index += 1) {
        const grain = entries.u32le(index * 4)
        if (grain <= 1) continue
        if (endOf(header, grain) > source.bytes) lost += 1
        else if (grain > furthest) furthest = grain
      }
    }
    if (room <= 0) break
  }
  // Where later grains are missing as well, they say enough.
  return lost > 0 ? lost : isTorn(source, header, furthest)
}

/** What a grain needs of the file at least: all of it, or of a compressed one its marker. */
function endOf({ flags, grainSectors }: SparseHeader, grain: number): number {
  return (flags & COMPRESSED) === 0 ? (grain + grainSectors) * SECTOR : grain * SECTOR + MARKER_BYTES
}

/** Of compressed grains only the marker says how long each is: the last one is asked. */
async function isTorn(source: ByteSource, { flags }: SparseHeader, grain: number): Promise<0 | 1> {
  if ((flags & COMPRESSED) === 0 || grain === 0) return 0
  const marker = await viewOf(source, grain * SECTOR, MARKER_BYTES)
  return grain * SECTOR + MARKER_BYTES + marker.u32le(8) > source.bytes ? 1 : 0
}

/** Null where the header leaves it to a footer that is not there. */
async function directoryAt(source: ByteSource, { gdOffset }: SparseHeader): Promise<number | null> {
  if (gdOffset !== AT_END) return safeBytes(gdOffset * BigInt(SECTOR))
  const footer = readSparseHeader(await viewOf(source, source.bytes - FOOTER_FROM_END, SECTOR))
  return footer === null || footer.gdOffset === AT_END ? null : safeBytes(footer.gdOffset * BigInt(SECTOR))
}
