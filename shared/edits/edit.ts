import { z } from 'zod'

/** One change to an ordered list of kernel arguments. Arguments are whole (`console=tty0`, `quiet`, `dyndbg="file x +p"`). */
export const argChangeSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('append'), arg: z.string() }),
  /** Removes every argument equal to `arg`; `index` (0-based among the equal ones) removes only that one. */
  z.object({ op: z.literal('delete'), arg: z.string(), index: z.number().int().min(0).optional() }),
  /** Replaces every `KEY=OLD` by `KEY=NEW` in its place; `index` as above. */
  z.object({ op: z.literal('replace'), key: z.string(), from: z.string(), to: z.string(), index: z.number().int().min(0).optional() }),
  /** Sets the whole list: what raw-text editing and reordering make. */
  z.object({ op: z.literal('set'), args: z.array(z.string()) }),
])
export type ArgChange = z.infer<typeof argChangeSchema>

/** Change the kernel arguments of one boot entry. */
export const kernelArgsEditSchema = z.object({
  kind: z.literal('kernel-args'),
  /** Boot entry id, `PARTITION:PATH`. */
  entry: z.string(),
  changes: z.array(argChangeSchema).min(1),
})

/** An edit is data: staged in an ordered list, previewed and diffed by pure functions, written in one engine run. */
export const editSchema = z.discriminatedUnion('kind', [kernelArgsEditSchema])
export type Edit = z.infer<typeof editSchema>
export type KernelArgsEdit = z.infer<typeof kernelArgsEditSchema>

/** What a list of edits makes of one file of the image. */
export interface FilePreview {
  readonly partition: number
  /** Path that is written, symlinks of its folder resolved. */
  readonly path: string
  readonly before: string
  readonly after: string
  readonly encoding: 'utf8' | 'latin1'
  readonly beforeSha256: string
  /** Index in the edit list of each edit that touches the file. */
  readonly edits: readonly number[]
}
