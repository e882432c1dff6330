import { statfs } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'

export interface DiskSpace {
  /** Bytes that this user may still write. */
  readonly freeBytes: number
  /** Name of the file system type, or its magic number in hex. */
  readonly filesystem: string
  /** Largest file the file system can hold in bytes; null where nothing below 2^53 limits it. */
  readonly maxFileBytes: number | null
}

/** statfs(2), `f_type`; values of linux/magic.h and of the drivers that keep theirs to themselves. */
const FILESYSTEM_NAMES: Readonly<Record<number, string>> = {
  0x4d44: 'fat',
  0x2011bab0: 'exfat',
  0xef53: 'ext',
  0x58465342: 'xfs',
  0x9123683e: 'btrfs',
  0xf2f52010: 'f2fs',
  0x2fc12fc1: 'zfs',
  0xca451a4e: 'bcachefs',
  0x01021994: 'tmpfs',
  0x794c7630: 'overlay',
  0x6969: 'nfs',
  0xff534d42: 'cifs',
  0xfe534d42: 'smb',
  0x65735546: 'fuse',
  0x5346544e: 'ntfs',
  0x7366746e: 'ntfs',
  0x01021997: '9p',
  0x73717368: 'squashfs',
  0x9660: 'iso9660',
}

/** FAT keeps a file's size in 32 bits (Microsoft FAT specification, "DIR_FileSize"). */
const FAT_MAX_FILE_BYTES = 2 ** 32 - 1

/** Name and limit of a file system by its `f_type`. */
export function describeFilesystem(magic: number): { filesystem: string; maxFileBytes: number | null } {
  const filesystem = FILESYSTEM_NAMES[magic] ?? `0x${magic.toString(16)}`
  return { filesystem, maxFileBytes: filesystem === 'fat' ? FAT_MAX_FILE_BYTES : null }
}

/** Free space and limits of the file system that holds `folder`. Throws `file-not-found` when the folder is missing. */
export async function readDiskSpace(folder: string): Promise<DiskSpace> {
  const stats = await statfs(folder, { bigint: true }).catch((cause: unknown) => {
    throw new AppError('file-not-found', { details: { path: folder }, cause })
  })
  // Some platforms hand the 32-bit type out sign-extended.
  const magic = Number(BigInt.asUintN(32, stats.type))
  return { freeBytes: Number(stats.bavail * stats.bsize), ...describeFilesystem(magic) }
}

/** Room for `neededBytes` in `folder`, and files up to `largestFileBytes`. Throws `no-space` or `file-too-large`. */
export async function requireSpace(folder: string, neededBytes: number, largestFileBytes = 0): Promise<DiskSpace> {
  const space = await readDiskSpace(folder)
  if (space.maxFileBytes !== null && largestFileBytes > space.maxFileBytes) {
    throw new AppError('file-too-large', {
      details: { folder, filesystem: space.filesystem, neededBytes: largestFileBytes, maxBytes: space.maxFileBytes },
      actions: [{ kind: 'choose-output' }],
    })
  }
  if (neededBytes > space.freeBytes) {
    throw new AppError('no-space', {
      details: { folder, neededBytes, freeBytes: space.freeBytes },
      actions: [{ kind: 'free-space', folder, neededBytes, freeBytes: space.freeBytes }, { kind: 'choose-output' }, { kind: 'retry' }],
    })
  }
  return space
}
