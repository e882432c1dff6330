import { z } from 'zod'

/**
 * Where something is in an image. With `partition` the path is absolute in that partition's file system; without it, in the mounted
 * tree of the system in the image (`/boot/loader/entries/x.conf`, `/etc/hostname`), or, where no system is found, in the only
 * partition that has it.
 */
export const guestPlaceSchema = z.object({
  partition: z.number().int().min(0).max(255).optional(),
  path: z.string().min(1).max(4096).startsWith('/'),
})
export type GuestPlace = z.infer<typeof guestPlaceSchema>
