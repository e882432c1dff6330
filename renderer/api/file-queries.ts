import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Edit } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import { call } from './client.js'

/** Edits are told apart by their list, which never changes once it is made: its texts can be megabytes. */
const LISTS = new WeakMap<readonly Edit[], number>()
let lists = 0
function listId(edits: readonly Edit[]): number {
  if (edits.length === 0) return 0
  const known = LISTS.get(edits) ?? ++lists
  LISTS.set(edits, known)
  return known
}

export const treeQuery = (path: string) => queryOptions({ queryKey: ['files', path, 'tree'], queryFn: () => call('files.tree', { path }) })

export const folderQuery = (path: string, where: GuestPlace, edits: readonly Edit[]) =>
  queryOptions({
    queryKey: ['files', path, 'list', where, listId(edits)],
    queryFn: () => call('files.list', { path, where, edits: [...edits] }),
    // The same folder with one edit more: rows stay until the new ones are there.
    placeholderData: (previous, query) => (JSON.stringify(query?.queryKey[3]) === JSON.stringify(where) ? previous : undefined),
  })

export const factsQuery = (path: string, where: GuestPlace, names: readonly string[], edits: readonly Edit[]) =>
  queryOptions({
    queryKey: ['files', path, 'facts', where, names, listId(edits)],
    queryFn: () => call('files.facts', { path, where, names: [...names], edits: [...edits] }),
    placeholderData: keepPreviousData,
  })

export const viewQuery = (path: string, place: GuestPlace, edits: readonly Edit[], offset = 0) =>
  queryOptions({
    queryKey: ['files', path, 'view', place, listId(edits), offset],
    queryFn: () => call('files.view', { path, place, edits: [...edits], offset }),
    gcTime: 60_000,
  })
