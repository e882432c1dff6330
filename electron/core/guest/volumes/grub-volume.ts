import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import type { GuestStat } from '#shared/images/guest-stat'
import type { Host } from '../../process/host.js'
import { type GrubVolume, listFolder, readGuestFile, streamGuestFile } from '../../tools/grub-fstest/read.js'
import type { Turns } from './turns.js'
import { type GuestVolume, NOTHING_TOLD } from './volume.js'

/** What GRUB's drivers tell: names, kinds and sizes. They show a link to a file as that file. */
export function grubVolume(host: Host, grub: GrubVolume, kind: string, inTurn: Turns): GuestVolume {
  const isFat = kind === 'fat'
  const list = (folder: string): Promise<readonly GuestEntry[]> => inTurn(() => listFolder(host, grub, folder))
  const statOf = async (file: string): Promise<GuestStat | undefined> => {
    if (file === '/') return { ...NOTHING_TOLD, kind: 'folder', sizeBytes: null }
    const name = path.posix.basename(file)
    const names = await list(path.posix.dirname(file))
    const folded = isFat ? names.find((entry) => entry.name.toLowerCase() === name.toLowerCase()) : undefined
    const entry = names.find((candidate) => candidate.name === name) ?? folded
    return entry && { ...NOTHING_TOLD, kind: entry.kind, sizeBytes: entry.sizeBytes }
  }
  return {
    tellsLinks: isFat,
    list,
    listMany: (folders, signal) =>
      Promise.all(
        folders.map((folder) =>
          inTurn(async () => {
            if (signal?.aborted) throw new AppError('cancelled')
            return listFolder(host, grub, folder).catch(() => [])
          }),
        ),
      ),
    stats: (paths) => Promise.all(paths.map(statOf)),
    read: (file, maxBytes) => inTurn(() => readGuestFile(host, grub, file, maxBytes)),
    stream: (file, { offset = 0, length, signal }) => streamGuestFile(host, grub, file, { offset, length, signal }),
  }
}
