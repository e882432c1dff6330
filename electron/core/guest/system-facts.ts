import type { BootEntry } from '#shared/boot/boot-entry'
import { argKey, argValue } from '#shared/boot/kernel-args'
import type { Partition } from '#shared/images/image-info'
import type { OsTree } from '#shared/images/os-tree'
import { archOfEfiName, archOfEntry, archOfKernel, KERNEL_HEAD_BYTES } from '#shared/platforms/kernel-arch'
import { type OsFamily, osFamily } from '#shared/platforms/os-family'
import type { PlatformArch } from '#shared/platforms/platform'
import type { GuestFiles } from './guest-files.js'
import { findOsTree } from './os-tree.js'
import type { TreeFiles } from './ostree-deployment.js'
import { isReadable } from './partitions.js'

const KERNEL_MAX_BYTES = 64 * 1024 * 1024

export interface SystemFacts {
  readonly family: OsFamily
  /** Null where no system was found. */
  readonly tree: OsTree | null
}

/** What system an image holds, by its os-release and by the OSTree system that its default entry boots. */
export async function findSystemFacts(
  files: TreeFiles,
  partitions: readonly Partition[],
  entries: readonly BootEntry[],
): Promise<SystemFacts> {
  const args = (entries.find(({ isDefault }) => isDefault) ?? entries[0])?.args ?? []
  const ostree = args.find((arg) => argKey(arg) === 'ostree')
  const tree = await findOsTree(files, partitions, { ostreeArg: ostree === undefined ? null : argValue(ostree) })
  // `ostree=/ostree/boot.1/STATEROOT/CHECKSUM/0`
  const stateroot = tree?.ostree?.stateroot ?? ostree?.split('/')[3] ?? null
  return { tree, family: osFamily(new Map(Object.entries(tree?.osRelease ?? {})), { stateroot }) }
}

export interface FoundArch {
  readonly arch: PlatformArch
  readonly from: 'kernel' | 'boot loader' | 'assumed'
}

/** Architecture of an image: by its kernels' names, its EFI boot loader, a kernel's first bytes; x86_64 where nothing tells. */
export async function findArch(files: GuestFiles, partitions: readonly Partition[], entries: readonly BootEntry[]): Promise<FoundArch> {
  const ordered = [...entries.filter(({ isDefault }) => isDefault), ...entries]
  const named = ordered.map(archOfEntry).find((arch) => arch !== null)
  if (named) return { arch: named, from: 'kernel' }
  for (const { number } of partitions.filter(({ isEsp }) => isEsp)) {
    const names = await files.list(number, '/EFI/BOOT').catch(() => [])
    const arch = names.map(({ name }) => archOfEfiName(name)).find((found) => found !== null)
    if (arch) return { arch, from: 'boot loader' }
  }
  const kernel = ordered.find(({ linux }) => linux !== null)
  const head = kernel && (await kernelHead(files, partitions, kernel))
  const arch = head && archOfKernel(head)
  return arch ? { arch, from: 'kernel' } : { arch: 'x86_64', from: 'assumed' }
}

/** A kernel's path is below the root of the entry's own partition, or below that of the root file system. */
async function kernelHead(files: GuestFiles, partitions: readonly Partition[], entry: BootEntry): Promise<Uint8Array | undefined> {
  const others = partitions.filter(({ number, filesystem }) => number !== entry.partition && isReadable(filesystem))
  for (const partition of [entry.partition, ...others.map(({ number }) => number)]) {
    const bytes = await files.readIfPresent(partition, entry.linux ?? '', KERNEL_MAX_BYTES)
    if (bytes) return bytes.subarray(0, KERNEL_HEAD_BYTES)
  }
  return undefined
}
