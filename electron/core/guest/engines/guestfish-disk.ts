import fs from 'node:fs/promises'
import path from 'node:path'
import type { SetFilesystemUuid, SetPartitionType } from '../engine.js'
import { deviceOf, type GuestfishMount } from './guestfish-mount.js'
import { Refused } from './outcomes.js'

const DISK = deviceOf(0)
const NO_XFS = 'This libguestfs has no tools for XFS; on Debian and Ubuntu they are in the package libguestfs-xfs'

export async function setFilesystemUuid(mount: GuestfishMount, operation: SetFilesystemUuid, folder: string): Promise<void> {
  const { session } = mount
  const { filesystem, uuid } = operation
  const device = await mount.requirePartition(operation.partition)
  if (!/^(ext[234]|xfs|vfat|btrfs)$/.test(filesystem))
    throw new Refused('unsupported', { reason: `There is no tool that gives ${filesystem} another UUID` })
  const found = (await session.may('vfs-type', [device])).trim()
  if (found.replace(/^ext[234]$/, 'ext') !== filesystem.replace(/^ext[234]$/, 'ext')) throw new Refused('unreadable')
  if (filesystem === 'vfat') return setFatSerial(mount, device, uuid, folder)
  if (filesystem === 'xfs' && (await session.may('feature-available', ['xfs'])).trim() !== 'true')
    throw new Refused('unsupported', { reason: NO_XFS })
  // tune2fs refuses a file system that was mounted since its last check.
  if (filesystem.startsWith('ext')) await session.may('e2fsck-f', [device])
  if (filesystem === 'xfs') await mount.replayXfs(operation.partition)
  await session.may('set-uuid', [device, uuid])
  if ((await session.may('vfs-uuid', [device])).trim().toLowerCase() !== uuid)
    throw new Refused('failed', { reason: 'the UUID differs after writing' })
}

/** BS_VolID of the boot sector and, on FAT32, of its copy. Microsoft's FAT specification, "Boot Sector and BPB". */
async function setFatSerial({ session }: GuestfishMount, device: string, uuid: string, folder: string): Promise<void> {
  const local = path.join(folder, 'sector')
  const patch = async (start: number): Promise<{ copy: number }> => {
    await session.must('download-offset', [device, local, start, 512])
    const sector = await fs.readFile(local)
    if (sector.readUInt16LE(510) !== 0xaa55) throw new Refused('unreadable')
    const fat32 = sector.readUInt16LE(22) === 0
    sector.writeUInt32LE(Number.parseInt(uuid, 16), fat32 ? 67 : 39)
    await fs.writeFile(local, sector)
    await session.must('upload-offset', [local, device, start])
    return { copy: fat32 ? sector.readUInt16LE(50) * sector.readUInt16LE(11) : 0 }
  }
  const { copy } = await patch(0)
  if (copy !== 0) await patch(copy)
  if ((await session.may('vfs-uuid', [device])).trim().replace('-', '') !== uuid)
    throw new Refused('failed', { reason: 'the serial number differs after writing' })
}

export async function setPartitionType(mount: GuestfishMount, { partition, type }: SetPartitionType): Promise<void> {
  const { session } = mount
  await mount.requirePartition(partition)
  if (partition === 0) throw new Refused('no-partition')
  const gpt = (await tableOf(mount)) === 'gpt'
  const guid = type.includes('-')
  if (guid !== gpt) throw new Refused('unsupported', { reason: guid ? 'The partition table is no GPT' : 'A GPT needs a GUID as type' })
  const id = Number.parseInt(type, 16)
  await (gpt ? session.may('part-set-gpt-type', [DISK, partition, type]) : session.may('part-set-mbr-id', [DISK, partition, id]))
  const written = (await session.may(gpt ? 'part-get-gpt-type' : 'part-get-mbr-id', [DISK, partition])).trim()
  const same = gpt ? written.toLowerCase() === type.toLowerCase() : Number(written) === id
  if (!same) throw new Refused('failed', { reason: 'the type differs after writing' })
}

export async function moveBackupGpt(mount: GuestfishMount): Promise<void> {
  if ((await tableOf(mount)) !== 'gpt') throw new Refused('unsupported', { reason: 'The disk has no GPT' })
  await mount.session.must('part-expand-gpt', [DISK])
}

async function tableOf({ session }: GuestfishMount): Promise<string> {
  return (await session.may('part-get-parttype', [DISK])).trim()
}
