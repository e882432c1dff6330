import type { GuestRow } from '#shared/images/guest-listing'

export function joinFolder(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}

export function parentFolder(folder: string): string {
  const cut = folder.lastIndexOf('/')
  return cut <= 0 ? '/' : folder.slice(0, cut)
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

const COLLATOR = new Intl.Collator('en', { numeric: true })

/** Folders first, then by name, numbers in names by value. */
export function sortRows<R extends Pick<GuestRow, 'name' | 'kind'>>(rows: readonly R[]): R[] {
  const rank = (row: R) => (row.kind === 'folder' ? 0 : 1)
  return rows.toSorted((a, b) => rank(a) - rank(b) || COLLATOR.compare(a.name, b.name))
}

/** Why a text cannot be the name of a file; null when it can. `taken` are the names that are there. */
export function nameProblem(name: string, taken: ReadonlySet<string>): string | null {
  if (name === '') return 'Type a name'
  if (name === '.' || name === '..') return 'This name means a folder'
  if (name.includes('/')) return 'A name holds no "/"'
  if (name.includes('\0')) return 'A name holds no NUL'
  if (new TextEncoder().encode(name).length > 255) return 'Longer than 255 bytes'
  return taken.has(name) ? 'There is already something of this name' : null
}

/** Index of the first row from `from` on, around the end, whose name begins with `typed`; -1 where there is none. */
export function findTyped(rows: readonly { readonly name: string }[], typed: string, from: number): number {
  const wanted = typed.toLowerCase()
  for (let step = 0; step < rows.length; step += 1) {
    const at = (from + step) % rows.length
    if (rows[at]?.name.toLowerCase().startsWith(wanted)) return at
  }
  return -1
}
