import { plainMemberName } from '#shared/archives/member-name'
import { AppError } from '#shared/errors/app-error'
import { showControl } from '#shared/text/visible'
import type { PackedDisk, PackedSource } from './packed-disk.js'

/**
 * The disk that is meant: the one of that name, the only one without. Undefined where only unpacking tells. Throws `bad-input` for a name
 * that is not there or was left out, and where a name has to be given; `image-unsupported` where there is no disk.
 */
export function chooseDisk(packed: PackedSource, member: string | undefined): PackedDisk | undefined {
  const { disks, isComplete, path } = packed
  const names = disks.map((disk) => showControl(disk.member ?? '')).join(', ')
  if (member !== undefined) {
    const found = disks.find((disk) => disk.member === plainMemberName(member))
    if (found || (!isComplete && packed.kind === 'archive')) return found
    const known = disks.some((disk) => disk.member !== null) ? `; it holds ${names}` : ''
    throw new AppError('bad-input', { details: { path, reason: `there is no disk ${showControl(member)} in it${known}` } })
  }
  if (disks.length > 1) throw new AppError('bad-input', { details: { path, reason: `it holds several disks, so say which one: ${names}` } })
  if (disks.length === 0 && isComplete) throw noDisk(packed)
  return isComplete ? disks[0] : undefined
}

export function noDisk({ path, notes }: PackedSource): AppError {
  const why = notes.map(({ text }) => text).slice(0, 3)
  return new AppError('image-unsupported', {
    details: {
      path,
      feature: 'An archive without a disk image',
      reason:
        why.length === 0
          ? 'No file in it is a disk image that Diskwright knows'
          : `No file in it can be used as a disk image. ${why.join('. ')}`,
      next: 'Choose an archive that holds a raw, qcow2, VMDK, VDI, VHD or VHDX image.',
    },
  })
}
