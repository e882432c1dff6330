import type { ArgSource, BootEntry } from '#shared/boot/boot-entry'
import { counterpart } from './arg-rows.js'

/** A line of the menu with what the image has of it. */
export interface EntryRow {
  /** As the staged edits leave it; one that they remove, as it is. */
  readonly entry: BootEntry
  /** As it is in the image; null for one that the edits make. */
  readonly before: BootEntry | null
  readonly state: 'kept' | 'new' | 'removed'
}

/**
 * The menu as it will be, with what is removed at its old place. GRUB numbers its entries, so theirs are told by what they say; all
 * others by their file or label, which bears another ending while it is switched off.
 */
export function entryRows(before: readonly BootEntry[], after: readonly BootEntry[]): EntryRow[] {
  const free = new Set(before)
  const pairs = new Map<BootEntry, BootEntry>()
  const pair = (keyOf: (entry: BootEntry) => string) => {
    const byKey = new Map<string, BootEntry[]>()
    for (const entry of free) byKey.set(keyOf(entry), [...(byKey.get(keyOf(entry)) ?? []), entry])
    for (const entry of after) {
      const found = pairs.has(entry) ? undefined : byKey.get(keyOf(entry))?.shift()
      if (found === undefined) continue
      pairs.set(entry, found)
      free.delete(found)
    }
  }
  pair(identity)
  pair((entry) => entry.id)

  const rows = after.map((entry): EntryRow => {
    const own = pairs.get(entry) ?? null
    return { entry, before: own, state: own === null ? 'new' : 'kept' }
  })
  for (const entry of before) {
    if (!free.has(entry)) continue
    const above = before[before.indexOf(entry) - 1]
    rows.splice(rows.findIndex((row) => row.before === above) + 1, 0, { entry, before: entry, state: 'removed' })
  }
  return rows
}

function identity(entry: BootEntry): string {
  return entry.loader === 'grub' ? [entry.file, ...entry.submenu, entry.title, entry.linux].join('\n') : entryKey(entry.id)
}

/** The id without the ending that switches an entry off: what stays the same while it is switched. */
export function entryKey(id: string): string {
  return id.replace(/\.disabled$/i, '')
}

/** Entries whose title, version, path or arguments hold all the words. */
export function matchingRows(rows: readonly EntryRow[], search: string): readonly EntryRow[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return rows
  return rows.filter(({ entry }) => {
    const text = [...entry.submenu, entry.title, entry.version ?? '', entry.path, entry.linux ?? '', ...entry.args].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/**
 * Where the argument at `at` of `args` comes from. `args` may be a step ahead of the report that `entry` is of: then the same argument
 * of the entry tells. Null for the entry's own line, and for what only just arrived.
 */
export function originOf(entry: BootEntry, args: readonly string[], at: number): ArgSource | null {
  const place = counterpart(args, at, entry.args)
  const index = entry.origins[place]
  const source = index === undefined ? undefined : entry.sources[index]
  return source === undefined || (index === 0 && !source.shared) ? null : source
}

/** How many of the entries take arguments from that place. */
export function usersOf(source: ArgSource, entries: readonly BootEntry[]): number {
  return entries.filter((entry) => entry.sources.some((one) => one.file === source.file && one.what === source.what)).length
}

/** The path in a `PARTITION:PATH` id. */
export function pathOf(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
