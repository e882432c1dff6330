import type { ImageInfo } from '../images/image-info.js'
import { archOfEntry } from '../platforms/kernel-arch.js'

/**
 * Architecture that an image is booted on, as `uname -m` says it: the one that is inside; else, unless it starts by BIOS, which is x86-64
 * alone, the one that its file is named after. Null where nothing tells.
 */
export function bootArch({ arch, firmware, name }: Pick<ImageInfo, 'arch' | 'firmware' | 'name'>): string | null {
  if (arch !== undefined && arch !== null) return arch
  if (firmware === 'bios' || firmware === 'both') return 'x86_64'
  return archOfEntry({ linux: name, efi: null, version: null })
}
