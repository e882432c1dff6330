import { type ByteView, type ReadBytes, safeBytes } from '../byte-view.js'
import type { Filesystem } from '../image-info.js'
import { BTRFS_LEAST_BYTES } from '../resize-rules.js'
import { isXfsLogClean } from './xfs-log.js'

const JOURNAL = 0x4
/** The journal holds what is not in its place yet (INCOMPAT_RECOVER). */
const NEEDS_RECOVERY = 0x4
const UNMOUNTED = 0x1
const HAS_ERRORS = 0x2
const SIXTY_FOUR_BIT = 0x80
const JOURNAL_DEVICE = 0x8
/** Features that ext3 knows; any other makes it ext4 (Linux fs/ext4/super.c, EXT3_FEATURE_*_SUPP). */
const EXT3_INCOMPATIBLE = 0x2 | 0x4 | 0x10
const EXT3_READ_ONLY = 0x1 | 0x2 | 0x4

/** ext2, ext3 or ext4 (Linux Documentation/filesystems/ext4/super.rst). */
export function readExt(head: ByteView): Filesystem | null {
  const at = 1024
  if (head.u16le(at + 0x38) !== 0xef53) return null
  const [compatible, incompatible, readOnly] = [head.u32le(at + 0x5c), head.u32le(at + 0x60), head.u32le(at + 0x64)]
  if ((incompatible & JOURNAL_DEVICE) !== 0) return { kind: 'other', type: 'jbd', label: null, uuid: head.uuid(at + 0x68), usedBytes: null }
  const wide = (incompatible & SIXTY_FOUR_BIT) !== 0
  const count = (low: number, high: number) => BigInt(head.u32le(at + low)) + (wide ? BigInt(head.u32le(at + high)) << 32n : 0n)
  const logBlock = head.u32le(at + 0x18)
  const usedBlocks = count(0x4, 0x150) - count(0xc, 0x158)
  const size = sizesOfExt(head, at, count, logBlock)
  const newer = (incompatible & ~EXT3_INCOMPATIBLE) !== 0 || (readOnly & ~EXT3_READ_ONLY) !== 0
  return {
    kind: 'ext',
    type: newer ? 'ext4' : (compatible & JOURNAL) !== 0 ? 'ext3' : 'ext2',
    label: head.label(at + 0x78, 16) || null,
    uuid: uuidOrNull(head, at + 0x68),
    usedBytes: logBlock > 6 ? null : safeBytes(usedBlocks << BigInt(10 + logBlock)),
    ...size,
    clean: (incompatible & NEEDS_RECOVERY) === 0 && (head.u16le(at + 0x3a) & (UNMOUNTED | HAS_ERRORS)) === UNMOUNTED,
  }
}

const FLEX_GROUPS = 0x200
const DESCRIPTOR_BYTES = 64
/** Copies of the superblock and the descriptors in a file system of up to ten groups; more groups have few more. */
const COPIES = 6

/**
 * The least size: groups that hold what is in use and all inodes, and the tables of a flexible group once more, as room to move things
 * about (e2fsprogs resize/resize2fs.c). An estimate on the safe side, tried with file systems of many kinds.
 */
function sizesOfExt(
  head: ByteView,
  at: number,
  count: (low: number, high: number) => bigint,
  logBlock: number,
): { sizeBytes: number | null; leastBytes: number | null } {
  if (logBlock > 6) return { sizeBytes: null, leastBytes: null }
  const unit = 1024 << logBlock
  const sizeBytes = safeBytes(count(0x4, 0x150) * BigInt(unit))
  const [perGroup, inodesPerGroup] = [head.u32le(at + 0x20), head.u32le(at + 0x28)]
  if (sizeBytes === null || perGroup === 0 || inodesPerGroup === 0) return { sizeBytes, leastBytes: null }
  const blocks = sizeBytes / unit
  const groupsNow = Math.ceil(blocks / perGroup)
  // Inode table and two bitmaps.
  const own = Math.ceil((inodesPerGroup * (head.u16le(at + 0x58) || 128)) / unit) + 2
  const copy = 1 + Math.ceil((groupsNow * DESCRIPTOR_BYTES) / unit) + head.u16le(at + 0xce)
  if (own + copy >= perGroup) return { sizeBytes, leastBytes: null }
  const isFlex = (head.u32le(at + 0x60) & FLEX_GROUPS) !== 0
  const flexGroups = isFlex ? Math.min(groupsNow, 2 ** Math.min(head.u8(at + 0x174), 16)) : 1
  const used = Number(count(0x4, 0x150) - count(0xc, 0x158))
  const data = Math.max(0, used - groupsNow * own) + (isFlex ? flexGroups * own : 0)
  const inodes = Math.max(0, head.u32le(at) - head.u32le(at + 0x10))
  const groups = Math.max(1, Math.ceil(inodes / inodesPerGroup), Math.ceil(data / (perGroup - own - copy)))
  const rest = Math.max(50, data - (groups - 1) * (perGroup - own))
  const least = (groups - 1) * perGroup + flexGroups * own + Math.min(groupsNow, COPIES) * copy + rest
  const margin = blocks / 500 + least / 50
  return { sizeBytes, leastBytes: Math.min(sizeBytes, wholeMib((least + margin) * unit + MIB)) }
}

const MIB = 1024 ** 2

function wholeMib(bytes: number): number {
  return Math.ceil(bytes / MIB) * MIB
}

/** XFS, big-endian (Linux fs/xfs/libxfs/xfs_format.h, struct xfs_dsb). Its counts are those of the last clean unmount. */
export async function readXfs(head: ByteView, read: ReadBytes): Promise<Filesystem | null> {
  if (!head.startsWith('XFSB')) return null
  return {
    kind: 'xfs',
    type: 'xfs',
    label: head.label(108, 12) || null,
    uuid: uuidOrNull(head, 32),
    usedBytes: safeBytes((head.u64be(8) - head.u64be(144)) * BigInt(head.u32be(4))),
    sizeBytes: safeBytes(head.u64be(8) * BigInt(head.u32be(4))),
    clean: await isXfsLogClean(head, read),
  }
}

/** btrfs; the first superblock lies at 64 KiB (Linux include/uapi/linux/btrfs_tree.h, struct btrfs_super_block). */
export function readBtrfs(head: ByteView): Filesystem | null {
  const at = 0x10000
  if (!head.startsWith('_BHRfS_M', at + 64)) return null
  const usedBytes = safeBytes(head.u64le(at + 0x78))
  const sizeBytes = safeBytes(head.u64le(at + 0xd1))
  // Space is taken in chunks, of which some are only partly in use: a quarter more, and one of each kind.
  const least = usedBytes === null ? null : Math.max(BTRFS_LEAST_BYTES, wholeMib(usedBytes * 1.25 + 96 * MIB))
  return {
    kind: 'btrfs',
    type: 'btrfs',
    label: head.label(at + 0x12b, 256) || null,
    uuid: uuidOrNull(head, at + 32),
    usedBytes,
    sizeBytes,
    leastBytes: least === null || sizeBytes === null ? null : Math.min(sizeBytes, least),
  }
}

/** squashfs 4 (Linux fs/squashfs/squashfs_fs.h). It has neither label nor UUID. */
export function readSquashfs(head: ByteView): Filesystem | null {
  if (!head.startsWith('hsqs')) return null
  return { kind: 'squashfs', type: 'squashfs', label: null, uuid: null, usedBytes: safeBytes(head.u64le(40)) }
}

/** Swap space; the magic ends the first page, whose size depends on the machine (Linux include/linux/swap.h). */
export function readSwap(head: ByteView): Filesystem | null {
  const pages = [4096, 8192, 16_384, 65_536]
  if (!pages.some((page) => head.startsWith('SWAPSPACE2', page - 10) || head.startsWith('SWAP-SPACE', page - 10))) return null
  return {
    kind: 'swap',
    type: 'swap',
    label: head.label(1052, 16) || null,
    uuid: uuidOrNull(head, 1036),
    usedBytes: null,
    sizeBytes: head.u32le(1028) * 4096,
  }
}

/** LVM2 physical volume; its label is in one of the first four sectors (lvm2 lib/label/label.h). */
export function readLvm(head: ByteView): Filesystem | null {
  const at = [0, 512, 1024, 1536].find((sector) => head.startsWith('LABELONE', sector) && head.startsWith('LVM2 001', sector + 24))
  if (at === undefined) return null
  const id = head.latin1(at + head.u32le(at + 20), 32)
  const groups = /^[A-Za-z0-9]{32}$/.test(id)
    ? [id.slice(0, 6), id.slice(6, 10), id.slice(10, 14), id.slice(14, 18), id.slice(18, 22), id.slice(22, 26), id.slice(26)]
    : null
  return { kind: 'lvm', type: 'LVM2_member', label: null, uuid: groups?.join('-') ?? null, usedBytes: null }
}

/** LUKS 1 and 2 (cryptsetup, LUKS2 On-Disk Format Specification). Only version 2 has a label. */
export function readLuks(head: ByteView): Filesystem | null {
  if (!head.startsWith('LUKS\u00ba\u00be')) return null
  return {
    kind: 'luks',
    type: 'crypto_LUKS',
    label: head.u16be(6) === 2 ? head.label(24, 48) || null : null,
    uuid: head.label(168, 40) || null,
    usedBytes: null,
  }
}

function uuidOrNull(head: ByteView, at: number): string | null {
  return head.isZero(at, 16) ? null : head.uuid(at)
}
