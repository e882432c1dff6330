import { parseGrubenv } from './grubenv.js'
import { loaderConfDefault } from './loader-conf.js'
import { compareVersions } from './version-order.js'

/** What decides the order of boot entries. */
export interface EntryRank {
  readonly id: string
  /** Path of the entry's file; its last part names the entry for the boot loader. */
  readonly path: string
  readonly title: string
  readonly version: string | null
  readonly sortKey?: string | null
  readonly machineId?: string | null
}

export interface DefaultSources {
  /** Text of systemd-boot's loader.conf, null when there is none. */
  readonly loaderConf: string | null
  /** Text of GRUB's environment block, null when there is none. */
  readonly grubenv: string | null
}

export interface DefaultEntry {
  readonly id: string
  readonly reason: 'loader.conf default' | 'saved_entry' | 'highest version'
}

/**
 * The entry that boots without a keypress: what loader.conf's `default` matches, else GRUB's `saved_entry`,
 * else the first in menu order. Null without entries.
 */
export function findDefaultEntry<E extends EntryRank>(entries: readonly E[], sources: DefaultSources): DefaultEntry | null {
  const menu = sortEntries(entries)
  const pattern = sources.loaderConf === null ? null : loaderConfDefault(sources.loaderConf)
  const byPattern = pattern === null ? undefined : menu.find((entry) => matchesPattern(pattern, entryFileName(entry.path)))
  if (byPattern !== undefined) return { id: byPattern.id, reason: 'loader.conf default' }
  const saved = sources.grubenv === null ? undefined : parseGrubenv(sources.grubenv)?.get('saved_entry')
  const bySaved = saved === undefined || saved === '' ? undefined : findSaved(menu, saved)
  if (bySaved !== undefined) return { id: bySaved.id, reason: 'saved_entry' }
  const first = menu[0]
  return first === undefined ? null : { id: first.id, reason: 'highest version' }
}

/**
 * Menu order, newest first: entries with a `sort-key` before those without; by sort key, machine id and descending
 * version; else by descending file name (boot loader specification, "Sorting"; GRUB's blscfg goes by the file name).
 */
export function sortEntries<E extends EntryRank>(entries: readonly E[]): E[] {
  const names = new Map(entries.map((entry) => [entry, entryFileName(entry.path)]))
  return [...entries].sort((left, right) => {
    const leftKey = left.sortKey || null
    const rightKey = right.sortKey || null
    if ((leftKey === null) !== (rightKey === null)) return leftKey === null ? 1 : -1
    if (leftKey !== null && rightKey !== null) {
      const order =
        compareText(leftKey, rightKey) ||
        compareText(left.machineId ?? '', right.machineId ?? '') ||
        compareVersions(right.version ?? '', left.version ?? '')
      if (order !== 0) return order
    }
    return compareVersions(names.get(right) ?? '', names.get(left) ?? '') || compareText(left.id, right.id)
  })
}

/** File name less `.conf` and less a boot counter (`+3-1`), which the boot loader does not count as part of the id. */
export function entryFileName(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\.conf$/i, '').replace(/\+\d+(-\d+)?$/, '')
}

/** loader.conf patterns name the id with `.conf`; older releases took it without. File names on a FAT have no case. */
function matchesPattern(pattern: string, name: string): boolean {
  const subject = name.toLowerCase()
  const glob = pattern.toLowerCase()
  return globMatches(glob, `${subject}.conf`) || globMatches(glob, subject)
}

/** `*`, `?` and `[a-z]` as in fnmatch(3), in time linear in both lengths' product whatever the pattern. */
export function globMatches(pattern: string, text: string): boolean {
  const parts = pattern.match(/\[!?\]?[^\]]*\]|./gsu) ?? []
  let reached = new Set([0])
  const chars = [...text]
  for (const part of parts) {
    const next = new Set<number>()
    if (part === '*') for (let at = Math.min(...reached); at <= chars.length; at += 1) next.add(at)
    else for (const at of reached) if (at < chars.length && partMatches(part, chars[at] ?? '')) next.add(at + 1)
    if (next.size === 0) return false
    reached = next
  }
  return reached.has(chars.length)
}

function partMatches(part: string, char: string): boolean {
  if (part === '?') return true
  if (part.length < 3 || !part.startsWith('[')) return part === char
  const negated = part.charAt(1) === '!'
  const body = Array.from(part.slice(negated ? 2 : 1, -1))
  let inside = false
  for (let at = 0; at < body.length; at += 1) {
    const from = body[at] ?? ''
    const to = body[at + 1] === '-' ? body[at + 2] : undefined
    if (to === undefined) inside ||= from === char
    else {
      inside ||= from <= char && char <= to
      at += 2
    }
  }
  return inside !== negated
}

/** `saved_entry` is a file name without `.conf`, a title, or a place in the menu (GRUB manual, "default"). */
function findSaved<E extends EntryRank>(menu: readonly E[], saved: string): E | undefined {
  const name = saved.replace(/\.conf$/, '')
  return (
    menu.find((entry) => entryFileName(entry.path) === name) ??
    menu.find((entry) => entry.title === saved) ??
    (/^\d{1,4}$/.test(saved) ? menu[Number(saved)] : undefined)
  )
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
