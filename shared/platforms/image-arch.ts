import type { ImageInfo } from '../images/image-info.js'
import { archOfEntry } from './kernel-arch.js'
import type { PlatformArch } from './platform.js'

/** GPT types of root and /usr partitions name the architecture (UAPI discoverable partitions specification). */
const BY_PARTITION_TYPE: ReadonlyMap<string, PlatformArch> = new Map([
  ['4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709', 'x86_64'],
  ['8484680C-9521-48C6-9C11-B0720656F69E', 'x86_64'],
  ['B921B045-1DF0-41C3-AF44-4C6F280D3FAE', 'aarch64'],
  ['B0E01050-EE5F-4390-949A-9101B17104E9', 'aarch64'],
  ['C31C45E6-3F39-412E-80FB-4809C4980599', 'ppc64le'],
  ['5EEAD9A9-FE09-4A1E-A1D7-520D00531306', 's390x'],
])

/** Architecture that a partition's type names; null where it names none. */
export function archOfPartition(type: string | null): PlatformArch | null {
  return BY_PARTITION_TYPE.get(type ?? '') ?? null
}

/** Architecture of an image by its partitions, else by its file name; x86-64 where neither says. */
export function imageArch(info: Pick<ImageInfo, 'partitions' | 'name'>): PlatformArch {
  const types = info.partitions.map(({ type }) => archOfPartition(type))
  return types.find((arch) => arch !== null) ?? archOfEntry({ linux: info.name, efi: null, version: null }) ?? 'x86_64'
}
