import { createHash } from 'node:crypto'
import { applyArgChange } from '#shared/boot/kernel-args'
import type { ArgChange, Edit, EditOf } from '#shared/edits/edit'
import { mostBytes } from '#shared/images/disk-layout'
import { leavesRoom } from '#shared/images/resize-rules'
import { normalizePartitionType } from '#shared/images/partition-types'
import { hashOfHostFile } from '../../files/host-file-hash.js'
import { isAdded } from './boot-entry-handlers.js'
import { chooseEntries } from './boot-writing.js'
import type { EditContext } from './edit-handler.js'
import { hasUser } from './system/user.js'

/** Larger files of this machine are written again. */
const MAX_COMPARED_BYTES = 512 * 1024 * 1024

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
      return neededWrite(context, edit)
    case 'set-attributes':
      return (await hasAttributes(context, edit)) ? [] : [edit]
    case 'set-fs-uuid': {
      const { uuid } = context.draft.partition(edit.partition).filesystem
      return edit.uuid !== 'new' && uuid !== null && plainUuid(uuid) === plainUuid(edit.uuid) ? [] : [edit]
    }
    case 'entry-add':
    case 'entry-duplicate':
      return (await isAdded(context, edit)) ? [] : [edit]
    case 'resize-disk':
      return context.draft.layout.virtualBytes === edit.bytes ? [] : [edit]
    case 'grow-partition':
      return hasGrown(context, edit) ? [] : [edit]
    case 'shrink-partition': {
      const size = context.draft.partitions.find(({ number }) => number === edit.partition)?.sizeBytes ?? Number.POSITIVE_INFINITY
      return size <= edit.bytes ? [] : [edit]
    }
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

function hasGrown({ draft }: EditContext, edit: EditOf<'grow-partition'>): boolean {
  const partition = draft.partitions.find(({ number }) => number === edit.partition)
  if (!partition || (edit.filesystem !== false && leavesRoom(partition))) return false
  return partition.sizeBytes >= (edit.bytes ?? mostBytes(draft.layout, partition))
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

/** With the content in place, mode and owner may still be others. */
async function neededWrite(context: EditContext, edit: EditOf<'write-file'>): Promise<Edit[]> {
  if (!(await holdsAlready(context, edit))) return [edit]
  const { partition, path, mode, uid, gid } = edit
  if (mode === undefined && uid === undefined && gid === undefined) return []
  const attributes: EditOf<'set-attributes'> = { kind: 'set-attributes', partition, path, mode, uid, gid }
  const at = await context.locate(edit)
  return !context.draft.keepsAttributes(at.partition) || (await hasAttributes(context, attributes)) ? [] : [attributes]
}

/** Where the file system's reader does not tell them, they are set again. */
async function hasAttributes(context: EditContext, edit: EditOf<'set-attributes'>): Promise<boolean> {
  const located = await context.locate(edit).catch(() => null)
  const stat = located && (await context.draft.stat(located.partition, located.path))
  if (!stat || stat.kind === 'link') return false
  return (['mode', 'uid', 'gid'] as const).every((key) => edit[key] === undefined || edit[key] === stat[key])
}

function plainUuid(uuid: string): string {
  return uuid.replaceAll('-', '').toLowerCase()
}

/** The content that was there when the edit was made is gone, because the edit's own has taken its place. */
async function holdsAlready(context: EditContext, edit: EditOf<'write-file'>): Promise<boolean> {
  const located = await context.locate(edit).catch(() => null)
  if (!located) return false
  const { content } = edit
  if ('hostFile' in content) {
    const found = await context.draft.readIfPresent(located.partition, located.path, MAX_COMPARED_BYTES)
    return found !== undefined && sum(found) === (content.sha256 ?? (await hashOfHostFile(content.hostFile)))
  }
  const wanted = 'text' in content ? Buffer.from(content.text, 'utf8') : Buffer.from(content.base64, 'base64')
  return (await context.draft.readIfPresent(located.partition, located.path, wanted.length))?.equals(wanted) ?? false
}

function sum(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
