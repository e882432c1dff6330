import type { Partition } from '../../images/image-info.js'
import { planResize, type ResizeEdit } from '../../edits/plan-resize.js'
import type { DiskImage } from '../../images/disk-layout.js'
import { formatBytes } from '../../text/bytes.js'
import { type HealthCheck, notChecked, pass } from '../check.js'
import { describePartition } from '../words.js'

/** Less than this of a file system free: new kernels and the first boot's own writing may not fit. */
const NEARLY_FULL = 0.95

/** Whether file systems are whole, and have room. */
export const FILESYSTEM_HEALTH: readonly HealthCheck[] = [
  {
    id: 'filesystem-clean',
    group: 'disk',
    title: 'File systems were unmounted',
    run: ({ partitions }) => {
      const told = partitions.filter(({ filesystem }) => filesystem?.clean !== undefined && filesystem.clean !== null)
      const dirty = told.filter(({ filesystem }) => filesystem?.clean === false)
      if (dirty.length > 0) {
        return dirty.map((partition) => ({
          severity: 'warning',
          about: partition.number,
          title: `Partition ${partition.number} was not unmounted`,
          text: 'Its journal holds writes that are not in their places yet, so that what is read of it may be old. Saving any edit mounts and unmounts it, which puts them there.',
          evidence: [describePartition(partition)],
        }))
      }
      return told.length === 0 ? notChecked('no file system here tells') : pass('No journal has anything left to do.')
    },
  },
  {
    id: 'filesystem-full',
    group: 'disk',
    title: 'File systems have room',
    run: ({ image, partitions }) => {
      const told = partitions.filter((partition) => usage(partition) !== null)
      const full = told.filter((partition) => (usage(partition) ?? 0) >= NEARLY_FULL)
      if (full.length > 0) {
        return full.map((partition) => ({
          severity: 'warning',
          about: partition.number,
          title: `Partition ${partition.number} is nearly full`,
          text: 'Updates, and on a boot partition new kernels, may not fit. Systems that grow their root at the first boot grow only that.',
          evidence: [`${describePartition(partition)}: ${formatBytes(partition.filesystem?.usedBytes ?? 0)} in use`],
          ...growth({ ...image, partitions }, partition),
        }))
      }
      return told.length === 0 ? notChecked('no file system here tells how full it is') : pass('None is nearly full.')
    },
  },
]

const GIB = 1024 ** 3

/** Into what is free behind it, or else with a disk that has a GiB more. */
function growth(image: DiskImage, { number }: Partition): { fix?: ResizeEdit[]; fixLabel?: string } {
  const here = planResize(image, { size: null, partition: number })
  if (here.ok && here.edits.length > 0) return { fix: [...here.edits], fixLabel: 'Grow it into the free space behind it' }
  const size = Math.ceil((image.virtualBytes + GIB) / GIB) * GIB
  const more = planResize(image, { size, partition: number })
  return more.ok ? { fix: [...more.edits], fixLabel: `Grow it with the disk to ${formatBytes(size)}` } : {}
}

/** Read-only file systems are always full. */
function usage({ filesystem, sizeBytes }: Partition): number | null {
  const writable = filesystem !== null && ['fat', 'ext', 'xfs', 'btrfs'].includes(filesystem.kind)
  return writable && filesystem.usedBytes !== null && sizeBytes > 0 ? filesystem.usedBytes / sizeBytes : null
}
