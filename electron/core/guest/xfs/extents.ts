import { ByteView } from '#shared/images/byte-view'
import { type XfsGeometry, blockOffset } from './geometry.js'
import type { XfsFork } from './inode.js'

/** A run of blocks of a file. Blocks of a file that no extent names are zeros. */
export interface XfsExtent {
  /** In blocks of the file. */
  readonly fileBlock: number
  /** Bytes from the start of the file system. */
  readonly offset: number
  readonly blocks: number
  /** Reserved but never written: reads as zeros. */
  readonly unwritten: boolean
}

/** Bytes of the file system from an offset. */
export type ReadVolume = (offset: number, length: number) => Promise<ByteView>

const RECORD_BYTES = 16
const PIECE_BYTES = 1024 * 1024
const MAX_LEVELS = 12
/** A fragmented file of a TiB has about as many; what needs more is damaged or hostile. */
const MAX_EXTENTS = 500_000
/** The smallest blocks hold 27 extents each. */
const MAX_TREE_BLOCKS = 20_000

/** Extents of a fork in the order of the file, Linux fs/xfs/libxfs/xfs_bmap_btree.h. Empty for a local fork. */
export async function readExtents(geometry: XfsGeometry, read: ReadVolume, fork: XfsFork): Promise<XfsExtent[]> {
  const view = new ByteView(fork.bytes)
  if (fork.format === 'extents') return records(geometry, view, 0, fork.extents)
  if (fork.format !== 'btree') return []
  const level = view.u16be(0)
  const room = Math.floor((view.length - 4) / RECORD_BYTES)
  const found: XfsExtent[] = []
  const seen = new Set<number>()
  const descend = async (blocks: readonly bigint[], depth: number): Promise<void> => {
    for (const block of blocks) {
      const offset = blockOffset(geometry, block)
      // Blocks that point in circles, or many times at one block, end here.
      if (Number.isNaN(offset) || seen.has(offset) || found.length >= MAX_EXTENTS || seen.size >= MAX_TREE_BLOCKS) continue
      seen.add(offset)
      const node = await treeBlock(geometry, read, offset, depth)
      if (!node) continue
      found.push(...node.extents)
      await descend(node.children, depth - 1)
    }
  }
  if (level >= 1 && level <= MAX_LEVELS) await descend(pointers(view, 4 + room * 8, Math.min(view.u16be(2), room)), level - 1)
  return found.toSorted((a, b) => a.fileBlock - b.fileBlock)
}

function records(geometry: XfsGeometry, view: ByteView, start: number, count: number): XfsExtent[] {
  const fitting = Math.max(0, Math.min(count, Math.floor((view.length - start) / RECORD_BYTES)))
  return Array.from({ length: fitting }, (_, index) => record(geometry, view, start + index * RECORD_BYTES)).filter(
    (extent) => !Number.isNaN(extent.offset) && extent.blocks > 0,
  )
}

/** One bit "unwritten", 54 bits block of the file, 52 bits block of the file system, 21 bits count. */
function record(geometry: XfsGeometry, view: ByteView, at: number): XfsExtent {
  const high = view.u64be(at)
  const low = view.u64be(at + 8)
  return {
    unwritten: high >> 63n === 1n,
    fileBlock: Number((high >> 9n) & ((1n << 54n) - 1n)),
    offset: blockOffset(geometry, ((high & 0x1ffn) << 43n) | (low >> 21n)),
    blocks: Number(low & 0x1fffffn),
  }
}

function pointers(view: ByteView, start: number, count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => view.u64be(start + index * 8))
}

async function treeBlock(
  geometry: XfsGeometry,
  read: ReadVolume,
  offset: number,
  level: number,
): Promise<{ extents: XfsExtent[]; children: bigint[] } | null> {
  const view = await read(offset, geometry.blockBytes)
  if (!view.startsWith(geometry.hasChecksums ? 'BMA3' : 'BMAP') || view.u16be(4) !== level) return null
  const header = geometry.hasChecksums ? 72 : 24
  const room = Math.floor((geometry.blockBytes - header) / RECORD_BYTES)
  const count = Math.min(view.u16be(6), room)
  return level === 0
    ? { extents: records(geometry, view, header, count), children: [] }
    : { extents: [], children: pointers(view, header + room * 8, count) }
}

/** Bytes of a file from `start` on, at most `length` of them, in pieces of up to `PIECE_BYTES`; what no extent names is zeros. */
export async function* readMapped(
  geometry: XfsGeometry,
  read: ReadVolume,
  extents: readonly XfsExtent[],
  start: number,
  length: number,
): AsyncGenerator<Uint8Array> {
  const end = start + length
  let at = start
  const zeros = function* (to: number): Generator<Uint8Array> {
    for (; at < to; at += Math.min(PIECE_BYTES, to - at)) yield new Uint8Array(Math.min(PIECE_BYTES, to - at))
  }
  for (const extent of extents) {
    const from = extent.fileBlock * geometry.blockBytes
    const to = Math.min(end, from + extent.blocks * geometry.blockBytes)
    if (to <= at) continue
    yield* zeros(Math.min(end, extent.unwritten ? to : from))
    while (at < to) {
      const bytes = (await read(extent.offset + at - from, Math.min(PIECE_BYTES, to - at))).slice(0, PIECE_BYTES)
      if (bytes.length === 0) break
      yield bytes
      at += bytes.length
    }
  }
  yield* zeros(end)
}
