import path from 'node:path'
import type { DiskFormat, Subformat } from '#shared/images/formats'
import { type DiskSpace, readDiskSpace } from '../files/disk-space.js'
import { readExtents } from '../guest/raw-disk.js'
import type { ImageSource } from '../guest/source.js'
import type { Host } from '../process/host.js'
import { measureImage } from '../tools/qemu-img/measure.js'

/** Formats that round every piece of data up to large blocks (VHD and VHDX 2 to 32 MiB, VDI 1 MiB) need more than the data itself. */
const BLOCK_SLACK_BYTES: Readonly<Record<DiskFormat, number>> = {
  raw: 0,
  qcow2: 0,
  vmdk: 8 * 1024 ** 2,
  vdi: 32 * 1024 ** 2,
  vhd: 64 * 1024 ** 2,
  vhdx: 256 * 1024 ** 2,
}
/** A part of a split VMDK (QEMU block/vmdk.c, `split_size`). */
const SPLIT_BYTES = 2 * 1024 ** 3
const MARGIN = 1.05
const MARGIN_BYTES = 16 * 1024 ** 2

export interface SpaceNeed {
  /** Expected size of the result, bytes on disk. */
  readonly estimateBytes: number
  /** What must be free for it, with a margin. */
  readonly neededBytes: number
  readonly freeBytes: number
  /** Length of the largest single file, for file systems that limit it. */
  readonly largestFileBytes: number
}

/** What is asked of a result's place. */
export interface SpaceTarget {
  readonly output: string
  readonly format: DiskFormat
  readonly subformat: Subformat
  readonly fixed: boolean
}

/** What the tables of a qcow2 take for its data: eight bytes for each cluster of 64 KiB, twice, rounded up, and a header. */
const TABLES_SHARE = 1 / 2048
const TABLES_BYTES = 4 * 1024 ** 2

/**
 * Bytes of data in an image, metadata of a qcow2 included, by `qemu-img measure`; to which a VHDX is full of data, so that its own table
 * of blocks is asked.
 */
export async function measureData(host: Host, source: ImageSource): Promise<number> {
  const [measured, extents] = await Promise.all([
    measureImage(host, { source: source.node, target: 'qcow2', access: { read: source.files } }),
    source.format === 'vhdx' ? readExtents(host, source.node, source.files) : null,
  ])
  if (extents === null) return measured.requiredBytes
  const held = extents.filter(({ zero }) => !zero).reduce((sum, { length }) => sum + length, 0)
  return Math.min(measured.requiredBytes, Math.ceil(held * (1 + TABLES_SHARE)) + TABLES_BYTES)
}

/**
 * Space that a copy in `format` needs in the target's folder, by `qemu-img measure`. What cannot be measured (all but raw and qcow2)
 * holds the same allocated data, in coarser blocks.
 */
export async function measureNeed(host: Host, source: ImageSource, virtualBytes: number, target: SpaceTarget): Promise<SpaceNeed> {
  const [dataBytes, space] = await Promise.all([measureData(host, source), readDiskSpace(path.dirname(target.output))])
  return spaceNeedOf(dataBytes, virtualBytes, target, space)
}

/** As `measureNeed`, of an image whose data was measured before. */
export function spaceNeedOf(dataBytes: number, virtualBytes: number, target: SpaceTarget, space: DiskSpace): SpaceNeed {
  const sparse = space.filesystem !== 'fat' && space.filesystem !== 'exfat'
  const whole = (target.format === 'raw' || target.fixed) && !sparse
  const data = whole ? virtualBytes : dataBytes
  const estimateBytes = Math.min(data + BLOCK_SLACK_BYTES[target.format], Math.max(virtualBytes, data))
  const wholeFile = target.format === 'raw' || target.fixed ? virtualBytes : estimateBytes
  return {
    estimateBytes,
    neededBytes: Math.ceil(estimateBytes * MARGIN) + MARGIN_BYTES,
    freeBytes: space.freeBytes,
    largestFileBytes: target.subformat.id.startsWith('twoGbMaxExtent') ? Math.min(wholeFile, SPLIT_BYTES) : wholeFile,
  }
}
