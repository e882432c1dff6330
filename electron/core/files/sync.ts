import fs from 'node:fs'
import { open } from 'node:fs/promises'

/** File systems without folder fsync (some FUSE, CIFS) answer with one of these; there is nothing better to do there. */
const FOLDER_SYNC_UNSUPPORTED: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'EACCES', 'EISDIR'])

/** The errno name of a thrown system error, or an empty string. */
export function errnoCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}

/** Puts the content of a file on stable storage. */
export async function syncFile(file: string): Promise<void> {
  // Linux syncs through a read-only descriptor as well, so a read-only file needs no special case.
  const handle = await open(file, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Puts the names in a folder on stable storage; without it a rename may not survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await syncFile(folder)
  } catch (error) {
    if (!FOLDER_SYNC_UNSUPPORTED.has(errnoCode(error))) throw error
  }
}

/** `syncFolder` for the few places that must not give other work a turn in between. */
export function syncFolderSync(folder: string): void {
  try {
    const fd = fs.openSync(folder, 'r')
    try {
      fs.fsyncSync(fd)
    } finally {
      fs.closeSync(fd)
    }
  } catch (error) {
    if (!FOLDER_SYNC_UNSUPPORTED.has(errnoCode(error))) throw error
  }
}
