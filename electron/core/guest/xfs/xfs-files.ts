import { ByteView } from '#shared/images/byte-view'
import { readAttributeBlocks, readShortAttribute } from './attributes.js'
import { readFolderBlocks, readShortFolder, type XfsName } from './directory.js'
import { type ReadVolume, readExtents, readMapped } from './extents.js'
import { inodeOffset, readGeometry, type XfsGeometry } from './geometry.js'
import { readInode, type XfsInode } from './inode.js'

/** An XFS file system read without its kernel or tools: metadata only ever looked up, nothing written, no journal replayed. */
export interface XfsFiles {
  readonly root: bigint
  /** Undefined where there is no such inode. */
  inode(number: bigint): Promise<XfsInode | undefined>
  /** Names in a folder, in the order they lie; empty for what is none. */
  names(folder: XfsInode): Promise<readonly XfsName[]>
  /** Undefined for what is no symbolic link. */
  linkTarget(link: XfsInode): Promise<string | undefined>
  /** Value of the attribute `security.NAME`; a closing NUL is part of it. */
  securityAttribute(inode: XfsInode, name: string): Promise<string | null>
  /** Bytes of a file from `start`, at most `length`. */
  content(file: XfsInode, start: number, length: number): AsyncGenerator<Uint8Array>
}

const CACHE_BLOCK = 64 * 1024
const CACHE_BLOCKS = 128
const SUPERBLOCK_BYTES = 512
/** Linux fs/xfs/libxfs/xfs_fs.h: XFS_SYMLINK_MAXLEN. */
const MAX_TARGET = 1024
const TYPE_MASK = 0o170000
export const TYPE_FOLDER = 0o040000
export const TYPE_FILE = 0o100000
export const TYPE_LINK = 0o120000

/** Undefined where the bytes are no XFS, or one with features that are not known here. `read` counts from the start of the file system. */
export async function openXfs(read: (offset: number, length: number) => Promise<Uint8Array>): Promise<XfsFiles | undefined> {
  const geometry = readGeometry(new ByteView(await read(0, SUPERBLOCK_BYTES)))
  if (!geometry) return undefined
  const cached = cacheReads(read)
  const direct: ReadVolume = async (offset, length) => new ByteView(await read(offset, length))
  const ofType = (inode: XfsInode, type: number): boolean => (inode.mode & TYPE_MASK) === type
  return {
    root: geometry.rootInode,
    inode: async (number) => {
      const offset = inodeOffset(geometry, number)
      if (Number.isNaN(offset)) return undefined
      return readInode(await cached(offset, geometry.inodeBytes)) ?? undefined
    },
    names: async (folder) => {
      if (!ofType(folder, TYPE_FOLDER)) return []
      if (folder.data.format === 'local') return readShortFolder(geometry, folder.data.bytes)
      return readFolderBlocks(geometry, cached, await readExtents(geometry, cached, folder.data))
    },
    linkTarget: async (link) => (ofType(link, TYPE_LINK) ? readTarget(geometry, cached, link) : undefined),
    securityAttribute: async ({ attributes }, name) => {
      if (!attributes) return null
      if (attributes.format === 'local') return readShortAttribute(attributes.bytes, name)
      return readAttributeBlocks(geometry, cached, await readExtents(geometry, cached, attributes), name)
    },
    content: async function* (file, start, length) {
      const wanted = Math.min(length, file.sizeBytes - start)
      if (wanted <= 0 || file.realtime) return
      yield* readMapped(geometry, direct, await readExtents(geometry, cached, file.data), start, wanted)
    },
  }
}

/** Inodes and folder blocks lie close together: one read serves hundreds of them. */
function cacheReads(read: (offset: number, length: number) => Promise<Uint8Array>): ReadVolume {
  const blocks = new Map<number, Promise<Uint8Array>>()
  const block = (index: number): Promise<Uint8Array> => {
    const known = blocks.get(index) ?? read(index * CACHE_BLOCK, CACHE_BLOCK)
    blocks.delete(index)
    blocks.set(index, known)
    const [oldest] = blocks.keys()
    if (blocks.size > CACHE_BLOCKS && oldest !== undefined) blocks.delete(oldest)
    return known
  }
  return async (offset, length) => {
    const first = Math.floor(offset / CACHE_BLOCK)
    const last = Math.floor((offset + length - 1) / CACHE_BLOCK)
    if (first !== last) return new ByteView(await read(offset, length))
    const start = offset - first * CACHE_BLOCK
    return new ByteView((await block(first)).subarray(start, start + length))
  }
}

/** Short targets lie in the inode; each extent of a longer one begins, with checksums, with a header of 56 bytes (xfs_dsymlink_hdr). */
async function readTarget(geometry: XfsGeometry, read: ReadVolume, link: XfsInode): Promise<string | undefined> {
  const size = Math.min(link.sizeBytes, MAX_TARGET)
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  if (link.data.format === 'local') return utf8.decode(link.data.bytes.subarray(0, size))
  const parts: Uint8Array[] = []
  let left = size
  for (const extent of await readExtents(geometry, read, link.data)) {
    const header = geometry.hasChecksums ? 56 : 0
    const part = (await read(extent.offset, Math.min(extent.blocks * geometry.blockBytes, MAX_TARGET + header))).slice(header, left)
    parts.push(part)
    left -= part.length
  }
  return left === 0 ? utf8.decode(Buffer.concat(parts)) : undefined
}
