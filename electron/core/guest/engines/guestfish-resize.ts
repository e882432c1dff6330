import fs from 'node:fs/promises'
import path from 'node:path'
import type { Filesystem } from '#shared/images/image-info'
import { UNUSED_BYTES } from '#shared/images/resize-rules'
import { readSuperblock, SUPERBLOCK_BYTES } from '#shared/images/superblock'
import type { GrowFilesystem, ResizePartition, ShrinkFilesystem } from '../engine.js'
import { deviceOf, type GuestfishMount } from './guestfish-mount.js'
import { Refused } from './outcomes.js'
import { gptWithSize, lastUsable, mbrWithSize, otherHeader } from './partition-bytes.js'

const DISK = deviceOf(0)
const TOO_SMALL = 'The tools of the file system do not make it that small'
const DAMAGED = 'The file system is damaged, or its tools do not resize it'

export async function resizePartition(mount: GuestfishMount, operation: ResizePartition, folder: string): Promise<void> {
  const { session } = mount
  const { partition, sizeBytes, fromBytes } = operation
  const device = await mount.requirePartition(partition)
  if (partition === 0) throw new Refused('no-partition')
  if (Number(await session.must('blockdev-getsize64', [device])) !== fromBytes) throw new Refused('changed')
  await requireFree(mount, operation)
  await writeSize(mount, operation, folder)
  if (Number(await session.must('blockdev-getsize64', [device])) !== sizeBytes)
    throw new Refused('failed', { reason: 'the partition has another size after writing' })
}

async function requireFree({ session }: GuestfishMount, { partition, startBytes, sizeBytes }: ResizePartition): Promise<void> {
  const end = startBytes + sizeBytes
  const rows = parsePartList(await session.must('part-list', [DISK]))
  const own = rows.find(({ number }) => number === partition)
  if (own?.start !== startBytes) throw new Refused('changed')
  const isTaken = rows.some(({ number, start }) => number !== partition && start > startBytes && start < end)
  if (isTaken || end > Number(await session.must('blockdev-getsize64', [DISK])))
    throw new Refused('no-room', { reason: 'another partition or the end of the disk is in the way' })
}

/** Output of guestfish's part-list: `[0] = { part_num: 1 part_start: 1048576 … }`, one field a line. */
export function parsePartList(text: string): { readonly number: number; readonly start: number }[] {
  return [...text.matchAll(/part_num: (\d+)\s+part_start: (\d+)/g)].map(([, number, start]) => ({
    number: Number(number),
    start: Number(start),
  }))
}

/**
 * parted, which part-resize runs, makes nothing smaller without a question that nobody is there to answer, and gives an MBR another
 * disk signature (measured), which PARTUUIDs are made of.
 */
async function writeSize({ session }: GuestfishMount, operation: ResizePartition, folder: string): Promise<void> {
  const { partition, startBytes, sizeBytes } = operation
  const local = path.join(folder, 'table')
  const read = async (offset: number, length: number): Promise<Buffer> => {
    await session.must('download-offset', [DISK, local, offset, length])
    return fs.readFile(local)
  }
  const first = await read(512, 512)
  const lastBlock = (startBytes + sizeBytes) / 512 - 1
  const isGpt = first.toString('latin1', 0, 8) === 'EFI PART'
  if (isGpt && BigInt(lastBlock) > lastUsable(first)) throw new Refused('no-room', { reason: 'the backup GPT is in the way' })
  const patches = isGpt
    ? [...(await gptWithSize(read, otherHeader(first), partition, lastBlock)), ...(await gptWithSize(read, 512, partition, lastBlock))]
    : [mbrWithSize(await read(0, 512), partition, sizeBytes / 512)]
  for (const { offset, bytes } of patches) {
    await fs.writeFile(local, bytes)
    await session.must('upload-offset', [local, DISK, offset])
  }
  await fs.rm(local)
  await session.must('blockdev-rereadpt', [DISK])
}

export async function growFilesystem(mount: GuestfishMount, operation: GrowFilesystem, folder: string): Promise<void> {
  const { session } = mount
  const { partition, filesystem } = operation
  const before = await filesystemAt(mount, operation, folder)
  const device = deviceOf(partition)
  if (filesystem === 'swap') {
    const options = [before.label ? `label:${before.label}` : '', before.uuid ? `uuid:${before.uuid}` : ''].filter((word) => word !== '')
    await session.must('mkswap', [device], ...options)
    return
  }
  if (filesystem.startsWith('ext')) {
    await checkExt(mount, operation, folder)
    await session.may('resize2fs', [device])
  } else {
    await mount.enter(partition, filesystem)
    await session.may(filesystem === 'xfs' ? 'xfs-growfs' : 'btrfs-filesystem-resize', ['/'])
    await mount.leave()
  }
  const deviceBytes = Number(await session.must('blockdev-getsize64', [device]))
  const { sizeBytes } = await filesystemAt(mount, operation, folder)
  if (!sizeBytes || sizeBytes <= (before.sizeBytes ?? 0)) {
    // One that takes all of its partition already has nothing to grow by.
    if (!sizeBytes || sizeBytes < deviceBytes - UNUSED_BYTES) throw new Refused('damaged', { reason: DAMAGED })
  }
}

export async function shrinkFilesystem(mount: GuestfishMount, operation: ShrinkFilesystem, folder: string): Promise<void> {
  const { session } = mount
  const { partition, filesystem, bytes } = operation
  if (!/^(ext[234]|btrfs)$/.test(filesystem))
    throw new Refused('unsupported', { reason: `There is no tool that makes ${filesystem} smaller` })
  await filesystemAt(mount, operation, folder)
  const device = deviceOf(partition)
  if (filesystem === 'btrfs') {
    await mount.enter(partition, filesystem)
    await session.may('btrfs-filesystem-resize', ['/'], `size:${bytes}`)
    await mount.leave()
  } else {
    await checkExt(mount, operation, folder)
    await session.may('resize2fs-size', [device, bytes])
  }
  const { sizeBytes } = await filesystemAt(mount, operation, folder)
  if (!sizeBytes || sizeBytes > bytes) throw new Refused('no-room', { reason: TOO_SMALL })
}

/** What e2fsck cannot mend without a question it marks as one with errors. */
async function checkExt(mount: GuestfishMount, operation: GrowFilesystem | ShrinkFilesystem, folder: string): Promise<void> {
  await mount.session.may('e2fsck', [deviceOf(operation.partition)], 'correct:true')
  if ((await filesystemAt(mount, operation, folder)).clean === false) throw new Refused('damaged')
}

async function filesystemAt(
  mount: GuestfishMount,
  { partition, filesystem }: GrowFilesystem | ShrinkFilesystem,
  folder: string,
): Promise<Filesystem> {
  const device = await mount.requirePartition(partition)
  if (!/^(ext[234]|xfs|btrfs|swap)$/.test(filesystem))
    throw new Refused('unsupported', { reason: `There is no tool that resizes ${filesystem}` })
  const local = path.join(folder, 'superblock')
  await mount.session.must('download-offset', [device, local, 0, SUPERBLOCK_BYTES])
  const head = await fs.readFile(local)
  await fs.rm(local)
  const found = await readSuperblock(async (offset, length) => head.subarray(offset, offset + length))
  if (found?.type.replace(/^ext[234]$/, 'ext') !== filesystem.replace(/^ext[234]$/, 'ext')) throw new Refused('unreadable')
  return found
}
