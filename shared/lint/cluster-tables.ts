import { type ByteView, safeBytes } from '../images/byte-view.js'
import { type ByteSource, viewOf } from './byte-source.js'
import { ENTRIES_PER_READ, fromTheEnd, type ReachLimits } from './reach.js'

/** Tables of two levels, as qcow, qcow2 and QED have them. */
export interface ClusterTables {
  readonly l1: { readonly at: number; readonly entries: number }
  /** Bytes of a table of the second level, and of one entry in it. */
  readonly tableBytes: number
  readonly entryBytes: 8 | 16
  readonly littleEndian: boolean
  /** Where a table begins, by its entry of the first level; 0 where there is none. */
  tableAt(high: number, low: number): number
  /** A byte that the file must have for what an entry of the second level names; null where it names nothing in the file. */
  lastByte(high: number, low: number, used: number): number | null
}

export interface LostClusters {
  readonly tables: number
  readonly clusters: number
}

const TWO_32 = 2 ** 32

/** Counts what the tables name and the file does not have. Each table is read once, however often it is named. */
export async function countLostClusters(source: ByteSource, tables: ClusterTables, limits: ReachLimits): Promise<LostClusters> {
  const { l1, tableBytes } = tables
  const seen = new Set<number>()
  let room = limits.tableBytes
  let [lostTables, lostClusters] = [0, 0]
  for (const { from, count } of fromTheEnd(l1.entries, room / 8)) {
    limits.throwIfStopped()
    const view = await viewOf(source, l1.at + from * 8, count * 8)
    room -= view.length
    for (let index = count - 1; index >= 0 && room > 0; index -= 1) {
      const at = tables.tableAt(...wordsOf(view, index * 8, tables.littleEndian))
      if (at === 0 || seen.has(at)) continue
      seen.add(at)
      if (at >= source.bytes) lostTables += 1
      else {
        limits.throwIfStopped()
        const bytes = Math.min(tableBytes, Math.ceil(room / tables.entryBytes) * tables.entryBytes)
        lostClusters += await countInTable(source, tables, { at, bytes })
        room -= bytes
      }
    }
    if (room <= 0) break
  }
  return { tables: lostTables, clusters: lostClusters }
}

async function countInTable(source: ByteSource, tables: ClusterTables, table: { at: number; bytes: number }): Promise<number> {
  const { entryBytes, littleEndian } = tables
  let lost = 0
  const piece = ENTRIES_PER_READ * entryBytes
  for (let done = 0; done < table.bytes; done += piece) {
    const view = await viewOf(source, table.at + done, Math.min(piece, table.bytes - done))
    for (let at = 0; at + entryBytes <= view.length; at += entryBytes) {
      const [high, low] = wordsOf(view, at, littleEndian)
      if (high === 0 && low === 0) continue
      const last = tables.lastByte(high, low, entryBytes === 16 ? view.u32be(at + 12) : 1)
      if (last !== null && last >= source.bytes) lost += 1
    }
  }
  return lost
}

/** The two halves of an entry: a number does not hold 64 bits. */
function wordsOf(view: ByteView, at: number, littleEndian: boolean): [high: number, low: number] {
  return littleEndian ? [view.u32le(at + 4), view.u32le(at)] : [view.u32be(at), view.u32be(at + 4)]
}

/** QEMU docs/interop/qcow2.txt, "Cluster mapping", "Extended L2 Entries". Null where its data is in another file. */
export function qcow2Tables(view: ByteView): ClusterTables | null {
  const version = view.u32be(4)
  const bits = version === 3 ? view.u64be(72) : 0n
  const at = safeBytes(view.u64be(40))
  const clusterBits = view.u32be(20)
  if (at === null || clusterBits < 9 || clusterBits > 21 || (bits & 4n) !== 0n) return null
  // Bits 9 to 55 are an offset. Of a compressed cluster bit 62 - (cluster bits - 8) begins the count of further sectors.
  const offset = (high: number, low: number): number => (high & 0x00ffffff) * TWO_32 + ((low & 0xfffffe00) >>> 0)
  const sectorsAt = 62 - (clusterBits - 8) - 32
  return {
    l1: { at, entries: view.u32be(36) },
    tableBytes: 2 ** clusterBits,
    entryBytes: (bits & 16n) === 0n ? 8 : 16,
    littleEndian: false,
    tableAt: offset,
    lastByte: (high, low, used) => {
      if ((high & 0x40000000) !== 0) {
        const start = (high & (2 ** sectorsAt - 1)) * TWO_32 + low
        const further = (high & 0x3fffffff) >>> sectorsAt
        return (Math.floor(start / 512) + further) * 512
      }
      const start = offset(high, low)
      // Bit 0 says that it reads as zeros, whatever is in the file.
      const isZero = version === 3 && (bits & 16n) === 0n && (low & 1) !== 0
      return start === 0 || isZero || used === 0 ? null : start
    },
  }
}

/** QEMU block/qcow.c: bit 63 marks a compressed cluster, whose size in bytes stands above its offset. */
export function qcowTables(view: ByteView): ClusterTables | null {
  const at = safeBytes(view.u64be(40))
  const size = safeBytes(view.u64be(24))
  const [clusterBits, tableBits] = [view.u8(32), view.u8(33)]
  if (at === null || size === null || clusterBits < 9 || clusterBits > 16 || tableBits < 6 || tableBits > 13) return null
  const offsetBits = 63 - clusterBits - 32
  return {
    l1: { at, entries: Math.ceil(size / 2 ** (clusterBits + tableBits)) },
    tableBytes: 2 ** tableBits * 8,
    entryBytes: 8,
    littleEndian: false,
    tableAt: (high, low) => (high & 0x7fffffff) * TWO_32 + low,
    lastByte: (high, low) => {
      if (high < 2 ** 31) return high * TWO_32 + low
      const start = (high & (2 ** offsetBits - 1)) * TWO_32 + low
      return start + Math.max(1, (high & 0x7fffffff) >>> offsetBits) - 1
    },
  }
}

/** QEMU docs/interop/qed_spec.rst, "Tables": 1 is a cluster of zeros. */
export function qedTables(view: ByteView): ClusterTables | null {
  const at = safeBytes(view.u64le(40))
  const [cluster, perTable] = [view.u32le(4), view.u32le(8)]
  if (at === null || cluster < 4096 || perTable < 1 || perTable > 16) return null
  const offset = (high: number, low: number): number => high * TWO_32 + low
  return {
    l1: { at, entries: (perTable * cluster) / 8 },
    tableBytes: perTable * cluster,
    entryBytes: 8,
    littleEndian: true,
    tableAt: offset,
    lastByte: (high, low) => (offset(high, low) <= 1 ? null : offset(high, low)),
  }
}
