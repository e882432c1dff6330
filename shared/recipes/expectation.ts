import { z } from 'zod'
import { guestPlaceSchema } from '../edits/guest-place.js'

/** What has to hold of an image before a recipe is applied to it. Every one that does not is told, with what was found instead. */
export const expectationSchema = z.discriminatedUnion('kind', [
  /** A boot entry, by id or `default`, with all of `has` and none of `lacks` among its kernel arguments. */
  z.object({
    kind: z.literal('boot-entry'),
    entry: z.string().min(1),
    has: z.array(z.string()).optional(),
    lacks: z.array(z.string()).optional(),
  }),
  /** A file or folder that is there (or is not), with that content. */
  z.object({ kind: z.literal('file'), ...guestPlaceSchema.shape, exists: z.boolean().optional(), sha256: z.string().optional() }),
  /** A partition with that file system type (`xfs`, `ext4`, `vfat`), label and UUID. */
  z.object({
    kind: z.literal('partition'),
    partition: z.number().int().min(0).max(255),
    filesystem: z.string().optional(),
    label: z.string().optional(),
    uuid: z.string().optional(),
  }),
  /** A system whose name holds this text, in any case. */
  z.object({ kind: z.literal('os'), contains: z.string().min(1) }),
])
export type Expectation = z.infer<typeof expectationSchema>

/** One expectation that does not hold. */
export interface Difference {
  readonly what: string
  readonly expected: string
  readonly found: string
}

export function differenceLines(differences: readonly Difference[]): string[] {
  return differences.map(({ what, expected, found }) => `${what}: expected ${expected}, found ${found}`)
}
