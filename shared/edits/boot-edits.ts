import { z } from 'zod'
import { argChangeSchema } from './arg-change.js'

/** A boot entry by its id (`BootEntry.id`), or `*` for all that can be edited, or `default` for the one that boots by itself. */
export const entryChoiceSchema = z.string().min(1)
/** One entry: an id or `default`. */
const oneEntrySchema = z.string().min(1)
const titleSchema = z.string().min(1).max(500)
/** What names a new entry: the file of a BLS entry (less `.conf`), the label of extlinux, the id of grub.cfg. */
const nameSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._+~-]*$/)

/** Change the kernel arguments of boot entries. */
export const kernelArgsEditSchema = z.object({
  kind: z.literal('kernel-args'),
  entry: entryChoiceSchema,
  changes: z.array(argChangeSchema).min(1),
  /** Also where the next kernel update takes its arguments from (/etc/kernel/cmdline, /etc/default/grub). */
  keep: z.boolean().optional(),
})
export type KernelArgsEdit = z.infer<typeof kernelArgsEditSchema>

/** Change only the places from which the next kernel update or grub-mkconfig takes its arguments. What applies already is left out. */
export const keepKernelArgsEditSchema = z.object({ kind: z.literal('keep-kernel-args'), changes: z.array(argChangeSchema).min(1) })

/** The entry that boots without a keypress. */
export const bootDefaultEditSchema = z.object({ kind: z.literal('boot-default'), entry: oneEntrySchema })

/** How long the menu waits: -1 for ever, 0 not at all. */
export const bootTimeoutEditSchema = z.object({ kind: z.literal('boot-timeout'), seconds: z.number().int().min(-1).max(86_400) })

export const entryTitleEditSchema = z.object({ kind: z.literal('entry-title'), entry: oneEntrySchema, title: titleSchema })

/** A copy of an entry beside it. */
export const entryDuplicateEditSchema = z.object({
  kind: z.literal('entry-duplicate'),
  entry: oneEntrySchema,
  name: nameSchema,
  title: titleSchema,
})

/** A new entry, in the menu and with all that is not given of the entry `like`. */
export const entryAddEditSchema = z.object({
  kind: z.literal('entry-add'),
  like: oneEntrySchema.optional(),
  name: nameSchema,
  title: titleSchema,
  linux: z.string().min(1).max(1024).optional(),
  initrds: z.array(z.string().min(1).max(1024)).optional(),
  args: z.array(z.string()).optional(),
})

export const entryRemoveEditSchema = z.object({ kind: z.literal('entry-remove'), entry: oneEntrySchema })

/** Hides an entry from the boot loader, or shows it again. */
export const entryEnableEditSchema = z.object({ kind: z.literal('entry-enable'), entry: oneEntrySchema, enabled: z.boolean() })

/** Moves an entry before another one of its menu, or to the end. */
export const entryMoveEditSchema = z.object({ kind: z.literal('entry-move'), entry: oneEntrySchema, before: z.string().min(1).nullable() })

/** The lines between the console markers of a GRUB script; null empties them. */
export const consoleBlockEditSchema = z.object({
  kind: z.literal('console-block'),
  lines: z.array(z.string().max(1024)).max(64).nullable(),
  /** Puts the markers into grub.cfg where no script has them. */
  addMarkers: z.boolean().optional(),
})

/** Edits of how the image boots. */
export const BOOT_EDITS = [
  kernelArgsEditSchema,
  keepKernelArgsEditSchema,
  bootDefaultEditSchema,
  bootTimeoutEditSchema,
  entryTitleEditSchema,
  entryDuplicateEditSchema,
  entryAddEditSchema,
  entryRemoveEditSchema,
  entryEnableEditSchema,
  entryMoveEditSchema,
  consoleBlockEditSchema,
] as const
