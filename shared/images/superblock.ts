import { ByteView, type ReadBytes } from './byte-view.js'
import type { Filesystem } from './image-info.js'
import { readFat } from './superblocks/fat.js'
import { readBtrfs, readExt, readLuks, readLvm, readSquashfs, readSwap, readXfs } from './superblocks/linux.js'
import { readIso9660, readNtfs, readOtherFilesystem } from './superblocks/other.js'

/** The furthest superblock is that of btrfs: 4 KiB at 64 KiB. */
export const SUPERBLOCK_BYTES = 68 * 1024

/**
 * What a partition holds, by its superblock alone (offsets are from the start of the partition): kind, label, UUID and the bytes in use by its own count.
 * One read of 68 KiB, for a FAT two small ones, and for an XFS some twenty of its log. Null when nothing is recognised.
 */
export async function readSuperblock(read: ReadBytes): Promise<Filesystem | null> {
  const head = new ByteView(await read(0, SUPERBLOCK_BYTES))
  // Containers first, FAT last: its boot sector is the weakest sign and is left standing by many mkfs.
  return (
    readLuks(head) ??
    readLvm(head) ??
    (await readXfs(head, read)) ??
    readExt(head) ??
    readBtrfs(head) ??
    readSquashfs(head) ??
    readIso9660(head) ??
    readNtfs(head) ??
    readSwap(head) ??
    readOtherFilesystem(head) ??
    (await readFat(head, read))
  )
}
