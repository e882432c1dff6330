import type { ImageInfo } from '#shared/images/image-info'
import type { PlatformId } from '#shared/platforms/platform'
import { platformOfIgnitionId } from '#shared/platforms/platforms'
import { useEdits } from '../edits/edit-store.js'
import { stagedRetarget } from './stage-retarget.js'
import { useTargetStore } from './target-store.js'

/** The platform that an image says it is for, by its `ignition.platform.id`; null where it says nothing. */
export function platformOfImage(info: Pick<ImageInfo, 'ignitionPlatform'> | undefined): PlatformId | null {
  const id = info?.ignitionPlatform ?? null
  // Names that differ between systems are understood whatever the system is.
  return id === null ? null : (platformOfIgnitionId(id, 'other')?.id ?? null)
}

/** What was chosen for the image, else what staged edits make it fit for, else what it says itself. */
export function useTargetPlatform(path: string, info: Pick<ImageInfo, 'ignitionPlatform'> | undefined): PlatformId | null {
  const chosen = useTargetStore((store) => store.byPath[path])
  const staged = stagedRetarget(useEdits(path))
  return chosen === undefined ? (staged?.platform ?? platformOfImage(info)) : chosen
}
