import type { GuestEntry } from '#shared/images/image-info'
import type { Host } from '../../process/host.js'
import type { ExtVolume } from '../../tools/debugfs/debugfs.js'
import { listExtFolder, listExtFolders, readExtFile, readExtFiles, streamExtFile } from '../../tools/debugfs/read.js'
import { statExt } from '../../tools/debugfs/stat.js'
import { type GrubVolume, readGuestFile } from '../../tools/grub-fstest/read.js'
import { AppError } from '#shared/errors/app-error'
import { realPathIn } from './real-path.js'
import type { Turns } from './turns.js'
import type { GuestVolume } from './volume.js'

const FOLDERS_A_RUN = 200

/**
 * ext2, ext3 and ext4 by debugfs, which knows every feature, kinds and labels, and exact names. GRUB's driver reads a file in one call
 * where debugfs needs two, so it is asked first.
 */
export function extVolume(host: Host, ext: ExtVolume, grub: GrubVolume, inTurn: Turns): GuestVolume {
  let grubReads = true
  const stats: GuestVolume['stats'] = (paths) => inTurn(() => statExt(host, ext, paths))
  /** Folders too large to be told in one run are asked for in two; one that cannot be read is empty. */
  const listSome = async (folders: readonly string[], signal?: AbortSignal): Promise<readonly (readonly GuestEntry[])[]> => {
    try {
      return await inTurn(() => listExtFolders(host, ext, folders, signal))
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'cancelled') throw thrown
      if (folders.length < 2) return folders.map(() => [])
      const half = Math.ceil(folders.length / 2)
      return [...(await listSome(folders.slice(0, half), signal)), ...(await listSome(folders.slice(half), signal))]
    }
  }
  return {
    tellsLinks: true,
    stats,
    list: async (folder) => {
      const found = await inTurn(() => listExtFolder(host, ext, folder))
      if (found !== undefined) return found
      const real = await realPathIn(stats, folder)
      return (real !== undefined && (await inTurn(() => listExtFolder(host, ext, real)))) || []
    },
    listMany: async (folders, signal) => {
      const lists: (readonly GuestEntry[])[] = []
      for (let at = 0; at < folders.length; at += FOLDERS_A_RUN)
        lists.push(...(await listSome(folders.slice(at, at + FOLDERS_A_RUN), signal)))
      return lists
    },
    read: async (file, maxBytes) => {
      if (grubReads) {
        try {
          return await inTurn(() => readGuestFile(host, grub, file, maxBytes))
        } catch (thrown) {
          if (!(thrown instanceof AppError) || thrown.code !== 'filesystem-unreadable') throw thrown
        }
      }
      const content = await inTurn(() => readExtFile(host, ext, file, maxBytes))
      grubReads = false
      return content
    },
    readMany: (files) => inTurn(() => readExtFiles(host, ext, files)),
    stream: (file, { offset = 0, length = Number.POSITIVE_INFINITY, signal }) => streamExtFile(host, ext, file, { offset, length, signal }),
  }
}
