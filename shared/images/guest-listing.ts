import { z } from 'zod'
import { TEXT_ENCODINGS } from '../text/text-encoding.js'
import { guestStatSchema } from './guest-stat.js'
import { guestEntrySchema } from './image-info.js'
import { treeMountSchema } from './os-tree.js'

/** What staged edits make of a name in a folder; `removed` is what is in the image and no longer there afterwards. */
export const rowStateSchema = z.enum(['same', 'new', 'changed', 'renamed', 'attributes', 'removed'])
export type RowState = z.infer<typeof rowStateSchema>

export const guestRowSchema = z.object({
  ...guestEntrySchema.shape,
  state: rowStateSchema,
  /** Path in the partition before a staged rename. */
  from: z.string().optional(),
  /** The system mounts something here. */
  mount: treeMountSchema.optional(),
})
export type GuestRow = z.infer<typeof guestRowSchema>

/** A folder with the staged edits applied. */
export const guestListingSchema = z.object({
  /** Where it is, links followed. */
  partition: z.number().int().min(0),
  /** Absolute in the partition. */
  path: z.string(),
  /** Path of the system; null where it shows none of it. */
  osPath: z.string().nullable(),
  rows: z.array(guestRowSchema),
})
export type GuestListing = z.infer<typeof guestListingSchema>

/** What a listing does not tell of a name, asked for those that are on the screen. */
export const rowFactsSchema = z.object({
  name: z.string(),
  ...guestStatSchema.omit({ selinux: true }).shape,
  /** What a link leads to; `elsewhere`: to a place that only the running system has. Null for all but links. */
  leadsTo: z.enum(['file', 'folder', 'other', 'nothing', 'elsewhere', 'unknown']).nullable(),
})
export type RowFacts = z.infer<typeof rowFactsSchema>

/** As many names as one question for facts may have. */
export const MAX_FACTS = 200

/** Text up to this size can be edited. */
export const EDITABLE_BYTES = 4 * 1024 * 1024
/** Of larger text, this much is shown. */
export const SHOWN_TEXT_BYTES = 1024 * 1024
/** Of what is no text, this much is shown. */
export const SHOWN_BINARY_BYTES = 64 * 1024

const common = {
  /** Where it is, links followed. */
  partition: z.number().int().min(0),
  path: z.string(),
  sizeBytes: z.number(),
  /** There is more of it than this. */
  truncated: z.boolean(),
}
export const fileViewSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    ...common,
    text: z.string(),
    encoding: z.enum(TEXT_ENCODINGS),
    /** Of the whole content, lower-case hex; null where it is truncated. */
    sha256: z.string().nullable(),
  }),
  z.object({ kind: z.literal('binary'), ...common, offset: z.number(), base64: z.string() }),
])
export type FileView = z.infer<typeof fileViewSchema>

/** A hit of a search, and where the system sees it. */
export const foundFileSchema = z.object({
  partition: z.number().int().min(0),
  path: z.string(),
  kind: guestEntrySchema.shape.kind,
  osPath: z.string().nullable(),
})
export type FoundFile = z.infer<typeof foundFileSchema>

export const fileSearchSchema = z.object({
  hits: z.array(foundFileSchema),
  /** Why it ended before all was looked at; null where all was. */
  cut: z.enum(['hits', 'entries', 'time']).nullable(),
  looked: z.number().int(),
})
export type FileSearch = z.infer<typeof fileSearchSchema>
