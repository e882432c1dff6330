import { z } from 'zod'
import { guestPlaceSchema } from './guest-place.js'

const mode = z.number().int().min(0).max(0o7777)
const id = z.number().int().min(0).max(0xffff_fffe)

/** What a file is to hold. `hostFile` is an absolute path on this machine; `sha256` refuses another content than the one that was staged. */
export const fileContentSchema = z.union([
  z.object({ text: z.string().max(16 * 1024 * 1024) }),
  z.object({ base64: z.base64().max(24 * 1024 * 1024) }),
  z.object({ hostFile: z.string().min(1), sha256: z.string().optional() }),
])
export type FileContent = z.infer<typeof fileContentSchema>

/** Gives a file this content; makes it where it is not there. A file that is there keeps mode, owner and label unless they are given. */
export const writeFileEditSchema = z.object({
  kind: z.literal('write-file'),
  ...guestPlaceSchema.shape,
  content: fileContentSchema,
  /** SHA-256 of the content that is replaced; another one refuses the edit. */
  expectedSha256: z.string().optional(),
  mode: mode.optional(),
  uid: id.optional(),
  gid: id.optional(),
})

/** Removes a file, a link, or a folder with all in it. */
export const removeFileEditSchema = z.object({ kind: z.literal('remove-file'), ...guestPlaceSchema.shape })

/** Gives a file or folder another name or another folder in the same file system. */
export const renameFileEditSchema = z.object({
  kind: z.literal('rename-file'),
  ...guestPlaceSchema.shape,
  /** Absolute, as `path`. */
  to: z.string().min(1).max(4096).startsWith('/'),
})

export const makeFolderEditSchema = z.object({ kind: z.literal('make-folder'), ...guestPlaceSchema.shape, mode: mode.optional() })

/** Changes permission bits or owner. */
export const setAttributesEditSchema = z.object({
  kind: z.literal('set-attributes'),
  ...guestPlaceSchema.shape,
  mode: mode.optional(),
  uid: id.optional(),
  gid: id.optional(),
})

/** Edits of single files. */
export const FILE_EDITS = [
  writeFileEditSchema,
  removeFileEditSchema,
  renameFileEditSchema,
  makeFolderEditSchema,
  setAttributesEditSchema,
] as const
