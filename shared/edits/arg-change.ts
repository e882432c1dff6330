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
