import { ByteView } from '#shared/images/byte-view'
import { type ReadVolume, readMapped, type XfsExtent } from './extents.js'
import type { XfsGeometry } from './geometry.js'

export interface XfsName {
  readonly name: string
  readonly inode: bigint
  /** Null on file systems whose folders do not tell. */
  readonly kind: 'file' | 'folder' | 'link' | 'other' | null
}

/** Folder blocks from here on are indexes (XFS_DIR2_LEAF_OFFSET). */
const INDEX_OFFSET = 32 * 1024 ** 3
const UNUSED = 0xffff
const MAX_NAMES = 1_000_000
const MAX_BLOCKS = 100_000
/** A million names have less. */
const MAX_BYTES = 1024 ** 3

/** Linux fs/xfs/libxfs/xfs_da_format.h, XFS_DIR3_FT_*. */
function kindOf(type: number): XfsName['kind'] {
  if (type === 1) return 'file'
  if (type === 2) return 'folder'
  if (type === 7) return 'link'
  return type === 0 ? null : 'other'
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Names of a folder small enough to lie in its inode (xfs_dir2_sf_hdr). It has no `.` and `..`. */
export function readShortFolder(geometry: XfsGeometry, bytes: Uint8Array): XfsName[] {
  const view = new ByteView(bytes)
  const wide = view.u8(1) > 0
  const count = wide ? view.u8(1) : view.u8(0)
  const names: XfsName[] = []
  let at = wide ? 10 : 6
  for (let index = 0; index < count && at < view.length; index += 1) {
    const length = view.u8(at)
    const name = utf8.decode(view.slice(at + 3, length))
    at += 3 + length
    const kind = geometry.hasKinds ? kindOf(view.u8(at)) : null
    if (geometry.hasKinds) at += 1
    names.push({ name, kind, inode: wide ? view.u64be(at) : BigInt(view.u32be(at)) })
    at += wide ? 8 : 4
  }
  return names.filter((entry) => isName(entry.name))
}

/** Names of a folder that has blocks. The indexes behind them are not needed to read all. */
export async function readFolderBlocks(geometry: XfsGeometry, read: ReadVolume, extents: readonly XfsExtent[]): Promise<XfsName[]> {
  const names: XfsName[] = []
  for (const { start, first } of blockStarts(geometry, extents)) {
    if (!readBlock(geometry, await folderBlock(geometry, read, extents, { start, first }), names) || names.length >= MAX_NAMES) break
  }
  return names
}

/** A block of a folder can be several of the file system, and an extent can end within it; `first` is the place of that where it begins. */
function* blockStarts(geometry: XfsGeometry, extents: readonly XfsExtent[]): Generator<{ start: number; first: number }> {
  let next = 0
  let left = Math.min(MAX_BLOCKS, MAX_BYTES / geometry.folderBlockBytes)
  for (const [first, extent] of extents.entries()) {
    const end = Math.min(INDEX_OFFSET, (extent.fileBlock + extent.blocks) * geometry.blockBytes)
    next = Math.max(next, Math.floor((extent.fileBlock * geometry.blockBytes) / geometry.folderBlockBytes) * geometry.folderBlockBytes)
    for (; next < end && left > 0; next += geometry.folderBlockBytes, left -= 1) yield { start: next, first }
  }
}

async function folderBlock(
  geometry: XfsGeometry,
  read: ReadVolume,
  extents: readonly XfsExtent[],
  { start, first }: { readonly start: number; readonly first: number },
): Promise<ByteView> {
  // No more extents than it has blocks, however many the folder has: each is looked at a few times, not once for every block.
  const near = extents.slice(first, first + geometry.folderBlockBytes / geometry.blockBytes)
  const [extent] = near
  const from = (extent?.fileBlock ?? 0) * geometry.blockBytes
  if (extent && from <= start && start + geometry.folderBlockBytes <= from + extent.blocks * geometry.blockBytes)
    return read(extent.offset + start - from, geometry.folderBlockBytes)
  const parts: Uint8Array[] = []
  for await (const part of readMapped(geometry, read, near, start, geometry.folderBlockBytes)) parts.push(part)
  return new ByteView(Buffer.concat(parts))
}

/** A data block: xfs_dir2_data_hdr, then entries and gaps; in a folder of one block the index stands at its end. False for no such block. */
function readBlock(geometry: XfsGeometry, view: ByteView, names: XfsName[]): boolean {
  const isSingle = view.startsWith(geometry.hasChecksums ? 'XDB3' : 'XD2B')
  if (!isSingle && !view.startsWith(geometry.hasChecksums ? 'XDD3' : 'XD2D')) return false
  const end = isSingle ? view.length - 8 - view.u32be(view.length - 8) * 8 : view.length
  for (let at = geometry.hasChecksums ? 64 : 16; at + 12 <= end; ) {
    if (view.u16be(at) === UNUSED) {
      at += Math.max(8, view.u16be(at + 2))
      continue
    }
    const length = view.u8(at + 8)
    const name = utf8.decode(view.slice(at + 9, length))
    const kind = geometry.hasKinds ? kindOf(view.u8(at + 9 + length)) : null
    if (isName(name)) names.push({ name, kind, inode: view.u64be(at) })
    at += Math.ceil((8 + 1 + length + (geometry.hasKinds ? 1 : 0) + 2) / 8) * 8
  }
  return true
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0')
}
