import { z } from 'zod'
import { LEFT_OUT } from '../edits/secrets.js'

const MIB = 1024 ** 2

/** Text that is given, or that stands in a file of this machine when the test begins. */
export const givenTextSchema = z.union([z.object({ text: z.string().max(MIB) }), z.object({ file: z.string().max(4096) })])
export type GivenText = z.infer<typeof givenTextSchema>

/** As it may be kept in records: configuration of a first boot can hold passwords. Names of files stay. */
export function hideText(given: GivenText): GivenText {
  return 'text' in given ? { text: LEFT_OUT } : given
}
