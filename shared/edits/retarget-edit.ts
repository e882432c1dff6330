import { z } from 'zod'
import { PLATFORM_ARCHES, PLATFORM_IDS } from '../platforms/platform.js'

/** Makes an image fit for a platform: kernel arguments of every boot entry, where later kernels take theirs from, GRUB's console. */
export const retargetEditSchema = z.object({
  kind: z.literal('retarget'),
  platform: z.enum(PLATFORM_IDS),
  /** Architecture of the image; found out where it is not given. */
  arch: z.enum(PLATFORM_ARCHES).optional(),
  /** Which of the platform's recommended arguments come with it. Default `default`: those that suit every image. */
  extras: z.enum(['default', 'all', 'none']).optional(),
})
export type RetargetEdit = z.infer<typeof retargetEditSchema>
