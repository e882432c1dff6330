import { z } from 'zod'
import { guestEntrySchema } from './image-info.js'

export const guestHitSchema = z.object({
  partition: z.number().int().min(0),
  /** Absolute in the partition. */
  path: z.string(),
  kind: guestEntrySchema.shape.kind,
})
export type GuestHit = z.infer<typeof guestHitSchema>

export const guestSearchSchema = z.object({
  /** Those nearest to the root first. */
  hits: z.array(guestHitSchema),
  /** Why it ended before all was looked at; null where all was. */
  cut: z.enum(['hits', 'entries', 'time']).nullable(),
  /** Files and folders that were looked at. */
  looked: z.number().int(),
})
export type GuestSearch = z.infer<typeof guestSearchSchema>
