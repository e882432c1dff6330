import { z } from 'zod'

/** What a conversion or save will do, shown before it starts. */
export const outputPlanSchema = z.object({
  /** Bytes needed in the target folder, at most. */
  neededBytes: z.number(),
  /** Expected size of the result in bytes. */
  estimateBytes: z.number(),
  freeBytes: z.number(),
  fits: z.boolean(),
  /** Copyable commands, in order. */
  commands: z.array(z.string()),
  warnings: z.array(z.string()),
  exists: z.boolean(),
  /** Steps in words, in order. */
  steps: z.array(z.string()).optional(),
})
export type OutputPlan = z.infer<typeof outputPlanSchema>
