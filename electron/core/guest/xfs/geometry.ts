import type { ByteView } from '#shared/images/byte-view'

/** What the superblock tells of the places of things. Sizes in bytes. */
export interface XfsGeometry {
  readonly blockBytes: number
  readonly inodeBytes: number
  readonly folderBlockBytes: number
  readonly groupBlocks: number
  readonly groups: number
  /** Bits of a block number that count within its allocation group. */
  readonly groupBits: number
  /** Bits of an inode number that count within its block. */
  readonly inodeBits: number
  readonly rootInode: bigint
  /** Version 5: checksummed metadata with longer headers. */
  readonly hasChecksums: boolean
  /** Folder entries tell the kind of what they name. */
  readonly hasKinds: boolean
}

const VERSION_MASK = 0xf
const FOLDERS_V2 = 0x2000
const CASELESS = 0x4000
const HAS_FEATURES2 = 0x8000
const KINDS_V4 = 0x200
const KINDS_V5 = 0x1
/** ftype, sparse inodes, meta UUID, big times, needs repair, 64-bit counts, exchange-range, parent pointers: none moves what is read here. */
const KNOWN_INCOMPATIBLE = 0xff

/**
 * Geometry of an XFS file system, Linux fs/xfs/libxfs/xfs_format.h (struct xfs_dsb). Null for what is none, is damaged, or has
 * features that this reader does not know.
 */
export function readGeometry(head: ByteView): XfsGeometry | null {
  if (!head.startsWith('XFSB')) return null
  const versions = head.u16be(100)
  const version = versions & VERSION_MASK
  const known =
    version === 5
      ? (head.u32be(216) & ~KNOWN_INCOMPATIBLE) === 0
      : version === 4 && (versions & FOLDERS_V2) !== 0 && (versions & CASELESS) === 0
  const blockBits = head.u8(120)
  const folderBits = blockBits + head.u8(192)
  const geometry: XfsGeometry = {
    blockBytes: head.u32be(4),
    inodeBytes: head.u16be(104),
    folderBlockBytes: 2 ** folderBits,
    groupBlocks: head.u32be(84),
    groups: head.u32be(88),
    groupBits: head.u8(124),
    inodeBits: head.u8(123),
    rootInode: head.u64be(56),
    hasChecksums: version === 5,
    hasKinds: version === 5 ? (head.u32be(216) & KINDS_V5) !== 0 : (versions & HAS_FEATURES2) !== 0 && (head.u32be(200) & KINDS_V4) !== 0,
  }
  const sound =
    blockBits >= 9 &&
    blockBits <= 16 &&
    geometry.blockBytes === 2 ** blockBits &&
    folderBits <= 16 &&
    geometry.inodeBytes >= 256 &&
    geometry.inodeBytes <= 2048 &&
    geometry.inodeBits <= 8 &&
    geometry.inodeBytes << geometry.inodeBits === geometry.blockBytes &&
    geometry.groupBits <= 31 &&
    geometry.groupBlocks > 0 &&
    geometry.groupBlocks <= 2 ** geometry.groupBits &&
    geometry.groups > 0
  return known && sound ? geometry : null
}

/** Bytes from the start of the file system to a block, whose number holds its group in the upper bits; NaN where there is no such block. */
export function blockOffset(geometry: XfsGeometry, block: bigint): number {
  const group = Number(block >> BigInt(geometry.groupBits))
  const within = Number(block & ((1n << BigInt(geometry.groupBits)) - 1n))
  if (group >= geometry.groups || within >= geometry.groupBlocks) return Number.NaN
  return (group * geometry.groupBlocks + within) * geometry.blockBytes
}

export function inodeOffset(geometry: XfsGeometry, inode: bigint): number {
  const index = Number(inode & ((1n << BigInt(geometry.inodeBits)) - 1n))
  return blockOffset(geometry, inode >> BigInt(geometry.inodeBits)) + index * geometry.inodeBytes
}
