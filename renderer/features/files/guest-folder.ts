import type { GuestEntry } from '#shared/images/image-info'

export function joinFolder(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}

export function parentFolder(folder: string): string {
  const cut = folder.lastIndexOf('/')
  return cut <= 0 ? '/' : folder.slice(0, cut)
}

const COLLATOR = new Intl.Collator('en', { numeric: true })

/** Folders first, then by name, numbers in names by value. */
export function sortEntries(entries: readonly GuestEntry[]): GuestEntry[] {
  const rank = (entry: GuestEntry) => (entry.kind === 'folder' ? 0 : 1)
  return entries.toSorted((a, b) => rank(a) - rank(b) || COLLATOR.compare(a.name, b.name))
}
