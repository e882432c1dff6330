import type { BootEntry } from '../boot/boot-entry.js'
import type { ImageInfo } from '../images/image-info.js'
import { imageArch } from '../platforms/image-arch.js'
import { archOfEntry } from '../platforms/kernel-arch.js'
import type { PlatformArch } from '../platforms/platform.js'

/** The architecture of an image that is not for x86-64: by its partitions, its name, or the kernels of all of its entries. Null for others. */
export function otherArch(
  info: Pick<ImageInfo, 'partitions' | 'name'>,
  entries: readonly Pick<BootEntry, 'linux' | 'efi' | 'version'>[],
): PlatformArch | null {
  const arch = imageArch(info)
  if (arch !== 'x86_64') return arch
  const named = entries.map(archOfEntry).filter((one) => one !== null)
  return named.includes('x86_64') ? null : (named[0] ?? null)
}
