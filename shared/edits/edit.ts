import { z } from 'zod'
import { BOOT_EDITS } from './boot-edits.js'
import { DISK_EDITS } from './disk-edits.js'
import { FILE_EDITS } from './file-edits.js'
import { retargetEditSchema } from './retarget-edit.js'
import { SYSTEM_EDITS } from './system-edits.js'

export { type ArgChange, argChangeSchema } from './arg-change.js'
export { type KernelArgsEdit, kernelArgsEditSchema } from './boot-edits.js'

/**
 * An edit is data: staged in an ordered list, previewed as differences, written in one engine run. A new kind is a schema here, a
 * handler in `electron/core/guest/edits` and its words in `describe-edit.ts`.
 */
export const editSchema = z.discriminatedUnion('kind', [...BOOT_EDITS, ...FILE_EDITS, ...DISK_EDITS, ...SYSTEM_EDITS, retargetEditSchema])
export type Edit = z.infer<typeof editSchema>
export type EditKind = Edit['kind']
export type EditOf<K extends EditKind> = Extract<Edit, { kind: K }>
