import { z } from 'zod'
import { argChangeSchema } from './arg-change.js'

/** A boot entry by its id (`BootEntry.id`), or `*` for all that can be edited, or `default` for the one that boots by itself. */
export const entryChoiceSchema = z.string().min(1)

/** Change the kernel arguments of boot entries. */
export const kernelArgsEditSchema = z.object({
  kind: z.literal('kernel-args'),
  entry: entryChoiceSchema,
  changes: z.array(argChangeSchema).min(1),
  /** Also where the next kernel update takes its arguments from (/etc/kernel/cmdline, /etc/default/grub). */
  keep: z.boolean().optional(),
})
export type KernelArgsEdit = z.infer<typeof kernelArgsEditSchema>

/** Edits of how the image boots. */
export const BOOT_EDITS = [kernelArgsEditSchema] as const
