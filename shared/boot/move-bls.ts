import { AppError } from '../errors/app-error.js'
import type { BootEntry } from './boot-entry.js'
import { sortEntries } from './default-entry.js'

/**
 * The sort key that puts a BLS entry before another one, or last where `before` is null: boot loaders sort by it first, then by
 * machine id and version, and entries without one go last.
 * @throws AppError `edit-conflict` with `reason` where no sort key does it, so that the file would have to get another name
 */
export function sortKeyFor(entries: readonly BootEntry[], id: string, before: string | null): string | null {
  const menu = sortEntries(entries)
  const moved = menu.find((entry) => entry.id === id)
  const rest = menu.filter((entry) => entry.id !== id)
  const at = before === null ? rest.length : rest.findIndex((entry) => entry.id === before)
  if (!moved || at < 0) throw new AppError('boot-entry-not-found', { details: { entry: before ?? id } })
  const wanted = [...rest.slice(0, at), moved, ...rest.slice(at)].map((entry) => entry.id)
  const fits = (sortKey: string | null) =>
    sortEntries(entries.map((entry) => (entry.id === id ? { ...entry, sortKey } : entry))).every(
      (entry, index) => entry.id === wanted[index],
    )
  const above = rest[at - 1]?.sortKey ?? null
  const below = rest[at]?.sortKey ?? null
  const candidates = [moved.sortKey, above, below, above && `${above}-1`, below && `0-${below}`, '0', null]
  const found = candidates.find((key) => fits(key))
  if (found !== undefined) return found
  throw new AppError('edit-conflict', {
    details: { path: moved.path, reason: 'the boot loader sorts its neighbours by version and file name, which no sort key comes between' },
  })
}
