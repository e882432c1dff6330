import { createHash } from 'node:crypto'
import { applyArgChange } from '#shared/boot/kernel-args'
import type { ArgChange, Edit, EditOf } from '#shared/edits/edit'
import { normalizePartitionType } from '#shared/images/partition-types'
import { chooseEntries } from './boot-edit-handlers.js'
import type { EditContext } from './edit-handler.js'
import { hasUser } from './system/user.js'

/**
 * What of an edit is still to be done on an image that may have had it already: the edit, a smaller one, or nothing. Edits that make
 * the same of the same image twice are given back as they are.
 */
export async function stillNeeded(context: EditContext, edit: Edit): Promise<Edit[]> {
  switch (edit.kind) {
    case 'kernel-args':
      return neededArgs(context, edit)
    case 'remove-file':
      return (await isThere(context, edit)) ? [edit] : []
    case 'rename-file': {
      const target = { path: edit.to, ...(edit.partition === undefined ? {} : { partition: edit.partition }) }
      return !(await isThere(context, edit)) && (await isThere(context, target)) ? [] : [edit]
    }
    case 'write-file':
      return (await holdsAlready(context, edit)) ? [] : [edit]
    case 'set-partition-type': {
      const partition = context.draft.partitions.find(({ number }) => number === edit.partition)
      return partition?.type === normalizePartitionType(edit.type) ? [] : [edit]
    }
    case 'user':
      return (await hasUser(context, edit)) ? [] : [edit]
    case 'entry-remove':
      return (await hasEntry(context, edit.entry)) ? [edit] : []
    case 'entry-enable': {
      const other = edit.enabled ? edit.entry.replace(/\.disabled$/i, '') : `${edit.entry}.disabled`
      return !(await hasEntry(context, edit.entry)) && (await hasEntry(context, other)) ? [] : [edit]
    }
    default:
      return [edit]
  }
}

async function hasEntry(context: EditContext, id: string): Promise<boolean> {
  const { entries } = await context.boot()
  return entries.some((entry) => entry.id === id || (id === 'default' && entry.isDefault))
}

async function neededArgs(context: EditContext, edit: EditOf<'kernel-args'>): Promise<Edit[]> {
  const { entries } = await context.boot()
  const chosen = chooseEntries(entries, edit.entry)
  const needed = chosen.flatMap((entry): EditOf<'kernel-args'>[] => {
    const changes = neededChanges(entry.args, edit.changes)
    return changes.length === 0 ? [] : [{ ...edit, entry: entry.id, changes }]
  })
  const [first] = needed
  // Where the entries are done, what later kernels take may not be.
  if (!first) return edit.keep ? [{ kind: 'keep-kernel-args', changes: edit.changes.filter(({ op }) => op !== 'set') }] : []
  // Entries that share a place are changed together or not at all.
  const isSame = needed.length === chosen.length && needed.every(({ changes }) => JSON.stringify(changes) === JSON.stringify(first.changes))
  return isSame ? [{ ...first, entry: edit.entry }] : needed
}

/** Changes that have an effect: what is to be appended and stands there is left out, so is what is to go and is not there. */
export function neededChanges(args: readonly string[], changes: readonly ArgChange[]): ArgChange[] {
  let current = args
  return changes.filter((change) => {
    if (isDone(current, change)) return false
    current = applyArgChange(current, change)
    return true
  })
}

function isDone(args: readonly string[], change: ArgChange): boolean {
  switch (change.op) {
    case 'append':
      return args.includes(change.arg)
    case 'delete':
      return !args.includes(change.arg)
    case 'replace':
      return !args.includes(`${change.key}=${change.from}`) && args.includes(`${change.key}=${change.to}`)
    case 'set':
      return change.args.length === args.length && change.args.every((arg, at) => arg === args[at])
  }
}

async function isThere(context: EditContext, place: { path: string; partition?: number | undefined }): Promise<boolean> {
  const located = await context
    .locate({ path: place.path, ...(place.partition === undefined ? {} : { partition: place.partition }) })
    .catch(() => null)
  return located !== null && (await context.draft.find(located.partition, located.path)) !== undefined
}

/** The content that was there when the edit was made is gone, because the edit's own has taken its place. */
async function holdsAlready(context: EditContext, edit: EditOf<'write-file'>): Promise<boolean> {
  if (!('text' in edit.content) && !('base64' in edit.content)) return false
  const wanted = 'text' in edit.content ? Buffer.from(edit.content.text, 'utf8') : Buffer.from(edit.content.base64, 'base64')
  const located = await context.locate(edit).catch(() => null)
  const found = located && (await context.draft.readIfPresent(located.partition, located.path, wanted.length))
  const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
  return found ? sum(found) === sum(wanted) : false
}
