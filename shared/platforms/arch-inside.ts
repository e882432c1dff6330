import type { BootEntry } from '../boot/boot-entry.js'
import type { Partition } from '../images/image-info.js'
import { archOfPartition } from './image-arch.js'
import { archOfEfiName, archOfEntry } from './kernel-arch.js'

/** Architectures that no row of a platform is about, so that an image for one is not taken for one of x86-64. Names as those of `archOfEntry`. */
const OTHERS: readonly (readonly [arch: string, name: RegExp, efi: RegExp, root: string])[] = [
  ['riscv64', /(^|[^a-z0-9])riscv64([^a-z0-9]|$)/i, /riscv64\.efi$/i, '72EC70A6-CF74-40E6-BD49-4BDA08E8F224'],
  ['loongarch64', /(^|[^a-z0-9])(loongarch64|loong64)([^a-z0-9]|$)/i, /loongarch64\.efi$/i, '77055800-792C-4F94-B39A-98C91B762BB6'],
  ['armv7l', /(^|[^a-z0-9])(armv7l|armv7hl|armhf|armmp)([^a-z0-9]|$)/i, /boot(arm)\.efi$/i, '69DAD710-2CE4-4E3C-B16C-21A1D49ABED3'],
]

/**
 * Architecture of an image by what is inside, as `uname -m` says it: by the types of its partitions (UAPI discoverable partitions
 * specification), its kernels' names, and the names in the folder /EFI/BOOT of its EFI system partition (UEFI specification 3.5.1.1). Null
 * where nothing tells. What is for x86-64 beside others is for x86-64.
 */
export function archInside(
  partitions: readonly Pick<Partition, 'type'>[],
  entries: readonly Pick<BootEntry, 'linux' | 'efi' | 'version'>[],
  efiNames: readonly string[],
): string | null {
  const byType = partitions.map(({ type }) => archOfPartition(type) ?? OTHERS.find(([, , , root]) => root === type)?.[0] ?? null)
  const byKernel = entries.map((entry) => archOfEntry(entry) ?? otherArchOf([entry.linux, entry.version, entry.efi]))
  const byLoader = efiNames.map((name) => archOfEfiName(name) ?? OTHERS.find(([, , efi]) => efi.test(name))?.[0] ?? null)
  return pick(byType) ?? pick(byKernel) ?? pick(byLoader)
}

function otherArchOf(texts: readonly (string | null)[]): string | null {
  return OTHERS.find(([, name]) => texts.some((text) => text !== null && name.test(text)))?.[0] ?? null
}

function pick(found: readonly (string | null)[]): string | null {
  return found.includes('x86_64') ? 'x86_64' : (found.find((arch) => arch !== null) ?? null)
}
