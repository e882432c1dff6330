import { create } from 'zustand'
import type { ImageInfo } from '#shared/images/image-info'
import type { PlatformId } from '#shared/platforms/platform'
import { platformOfIgnitionId } from '#shared/platforms/platforms'

interface TargetStore {
  /** By path of the image: what the user chose; null for no platform in particular. */
  readonly byPath: Readonly<Record<string, PlatformId | null>>
  choose(path: string, platform: PlatformId | null): void
  /** The image was closed. */
  forget(path: string): void
}

/** The platform that each open image is meant for: the Boot tab and the Health tab ask the same question. */
export const useTargetStore = create<TargetStore>()((set) => ({
  byPath: {},
  choose: (path, platform) => set(({ byPath }) => ({ byPath: { ...byPath, [path]: platform } })),
  forget: (path) => set(({ byPath }) => ({ byPath: Object.fromEntries(Object.entries(byPath).filter(([known]) => known !== path)) })),
}))

/** The platform that an image says it is for, by its `ignition.platform.id`; null where it says nothing. */
export function platformOfImage(info: Pick<ImageInfo, 'ignitionPlatform'> | undefined): PlatformId | null {
  const id = info?.ignitionPlatform ?? null
  // Names that differ between systems are understood whatever the system is.
  return id === null ? null : (platformOfIgnitionId(id, 'other')?.id ?? null)
}

/** What was chosen for the image, else what it says itself. */
export function useTargetPlatform(path: string, info: Pick<ImageInfo, 'ignitionPlatform'> | undefined): PlatformId | null {
  const chosen = useTargetStore((store) => store.byPath[path])
  return chosen === undefined ? platformOfImage(info) : chosen
}
