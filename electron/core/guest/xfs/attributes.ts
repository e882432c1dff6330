import { ByteView } from '#shared/images/byte-view'
import type { ReadVolume, XfsExtent } from './extents.js'
import type { XfsGeometry } from './geometry.js'

/** Bits of an attribute's flags, Linux fs/xfs/libxfs/xfs_da_format.h. */
const LOCAL = 0x1
const SECURE = 0x4
const INCOMPLETE = 0x80
const LEAF_V4 = 0xfbee
const LEAF_V5 = 0x3bee
/** An inode's attributes take one block, seldom more. */
const MAX_BLOCKS = 64

const utf8 = new TextDecoder()

/** Value of `security.NAME` among the attributes that lie in the inode (xfs_attr_sf_hdr). */
export function readShortAttribute(bytes: Uint8Array, wanted: string): string | null {
  const view = new ByteView(bytes)
  let at = 4
  for (let left = view.u8(2); left > 0 && at < view.length; left -= 1) {
    const [nameBytes, valueBytes, flags] = [view.u8(at), view.u8(at + 1), view.u8(at + 2)]
    if ((flags & SECURE) !== 0 && utf8.decode(view.slice(at + 3, nameBytes)) === wanted)
      return utf8.decode(view.slice(at + 3 + nameBytes, valueBytes))
    at += 3 + nameBytes + valueBytes
  }
  return null
}

/** The same among attributes that lie in blocks of their own. Values in further blocks are not looked for: labels are short. */
export async function readAttributeBlocks(
  geometry: XfsGeometry,
  read: ReadVolume,
  extents: readonly XfsExtent[],
  wanted: string,
): Promise<string | null> {
  let left = MAX_BLOCKS
  for (const extent of extents) {
    for (let index = 0; index < extent.blocks && left > 0; index += 1, left -= 1) {
      const value = inLeaf(geometry, await read(extent.offset + index * geometry.blockBytes, geometry.blockBytes), wanted)
      if (value !== null) return value
    }
  }
  return null
}

function inLeaf(geometry: XfsGeometry, view: ByteView, wanted: string): string | null {
  if (view.u16be(8) !== (geometry.hasChecksums ? LEAF_V5 : LEAF_V4)) return null
  const entries = geometry.hasChecksums ? 80 : 32
  const count = view.u16be(geometry.hasChecksums ? 56 : 12)
  for (let index = 0; index < count; index += 1) {
    const entry = entries + index * 8
    const [at, flags] = [view.u16be(entry + 4), view.u8(entry + 6)]
    if ((flags & SECURE) === 0 || (flags & LOCAL) === 0 || (flags & INCOMPLETE) !== 0) continue
    const [valueBytes, nameBytes] = [view.u16be(at), view.u8(at + 2)]
    if (utf8.decode(view.slice(at + 3, nameBytes)) === wanted) return utf8.decode(view.slice(at + 3 + nameBytes, valueBytes))
  }
  return null
}
