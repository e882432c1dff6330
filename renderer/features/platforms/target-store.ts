import { create } from 'zustand'
import type { PlatformId } from '#shared/platforms/platform'

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
