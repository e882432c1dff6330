import { z } from 'zod'
import { editSchema } from './edits/edit.js'
import { guestPlaceSchema } from './edits/guest-place.js'
import { fileSearchSchema, fileViewSchema, guestListingSchema, MAX_FACTS, rowFactsSchema } from './images/guest-listing.js'
import { osTreeSchema } from './images/os-tree.js'

const path = z.string().min(1).max(4096)
/** What is staged, so that the answer shows what it makes. */
const edits = z.array(editSchema).max(2000)

/** Files of this machine that the user chose or dropped, folders with all that is in them. */
export const hostFilesSchema = z.object({
  files: z.array(
    z.object({
      /** Absolute. */
      path: z.string(),
      /** Its name, or its path from the folder that was chosen. */
      relative: z.string(),
      sizeBytes: z.number(),
      executable: z.boolean(),
      /** Null for large ones. */
      sha256: z.string().nullable(),
    }),
  ),
  /** Folders, those above first, as `relative`. */
  folders: z.array(z.string()),
  /** What is neither, or one file too many. */
  leftOut: z.array(z.string()),
})
export type HostFiles = z.infer<typeof hostFilesSchema>

/** Calls about files inside images, and the files of this machine that go in and come out. Part of the contract. */
export const filesCalls = {
  /** Null where no system is found in the image. */
  'files.tree': { input: z.object({ path }), output: osTreeSchema.nullable() },
  /** A folder with the edits applied. */
  'files.list': { input: z.object({ path, where: guestPlaceSchema, edits }), output: guestListingSchema },
  'files.facts': {
    input: z.object({ path, where: guestPlaceSchema, names: z.array(z.string()).max(MAX_FACTS), edits }),
    output: z.array(rowFactsSchema),
  },
  'files.view': {
    input: z.object({ path, place: guestPlaceSchema, edits, offset: z.number().int().min(0).optional() }),
    output: fileViewSchema,
  },
  /** `id` names the search for `files.cancelSearch`; a cancelled one ends with `cancelled`. */
  'files.search': {
    input: z.object({ path, where: guestPlaceSchema, query: z.string().min(1).max(256), edits, id: z.string().max(64) }),
    output: fileSearchSchema,
  },
  'files.cancelSearch': { input: z.object({ id: z.string().max(64) }), output: z.undefined() },
  /** Shows the open dialog for files to put into an image; null when it was closed. Only what was chosen or dropped may be staged. */
  'files.chooseHost': { input: z.object({ several: z.boolean() }), output: hostFilesSchema.nullable() },
  /** The same of files and folders that were dropped. */
  'files.describeHost': { input: z.object({ paths: z.array(path).min(1).max(1000) }), output: hostFilesSchema },
  /** Asks for a folder to copy into, and whether files of these names in it may be replaced. Null when a dialog was closed. */
  'files.chooseTarget': {
    input: z.object({ names: z.array(z.string().max(255)).max(10_000) }),
    output: z.object({ folder: z.string(), replace: z.boolean() }).nullable(),
  },
  /** Copies small files and folders out at once, and goes on with the drag as one of the copies. */
  'files.drag': {
    input: z.object({ path, items: z.array(guestPlaceSchema).min(1).max(1000), edits }),
    output: z.object({ files: z.array(z.string()) }),
  },
} as const
