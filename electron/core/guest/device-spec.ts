import type { Partition } from '#shared/images/image-info'

/** Disks of which an image can be the first and only one. */
const FIRST_DISK = /^\/dev\/(?:(?:sd|vd|hd|xvd|ubd)a|(?:nvme0n1|mmcblk0|loop0|nbd0)(?=p|$))(?:p?(\d+))?$/
const BY = /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.+)$/

/**
 * The partition that a device of fstab(5) or of a kernel argument names: a tag, a link in /dev/disk, or a number of the first disk.
 * Undefined for what is none of this image's.
 */
export function partitionOfSpec(partitions: readonly Partition[], spec: string): Partition | undefined {
  const [, by, escaped] = BY.exec(spec) ?? []
  if (by !== undefined && escaped !== undefined) return byTag(partitions, by.toUpperCase(), unescapeUdev(escaped))
  const [, tag, value] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.*)$/.exec(spec) ?? []
  if (tag !== undefined && value !== undefined) return byTag(partitions, tag, value.replace(/^(["'])(.*)\1$/, '$2'))
  const disk = FIRST_DISK.exec(spec)
  return disk ? partitions.find((partition) => partition.number === Number(disk[1] ?? 0)) : undefined
}

function byTag(partitions: readonly Partition[], tag: string, value: string): Partition | undefined {
  const same = (text: string | null | undefined): boolean => text?.toLowerCase() === value.toLowerCase()
  return partitions.find((partition) => {
    if (tag === 'UUID') return same(partition.filesystem?.uuid)
    if (tag === 'PARTUUID') return same(partition.uuid)
    return (tag === 'LABEL' ? partition.filesystem?.label : partition.name) === value && value !== ''
  })
}

/** udev writes what is no plain character in a link's name as `\x20` (systemd src/shared/device-nodes.c). */
function unescapeUdev(name: string): string {
  return name.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
