import { chooseDefault, type DefaultChoice, findMenus, mainScripts, readSettings } from './analyse-default.js'
import { blsEntry, ukiEntry, variableLookup } from './analyse-entries.js'
import type { BootFacts, FoundEntry } from './analyse-facts.js'
import { extlinuxEntries, grubEntries } from './analyse-menus.js'
import { findNotes } from './analyse-notes.js'
import type { BootEntry, BootFile, BootNote, BootSettings } from './boot-entry.js'

export { type BootFacts, NO_FACTS, type UkiFacts } from './analyse-facts.js'
export { namedFiles } from './analyse-notes.js'

export interface BootAnalysis {
  /** The default one first, then in the order of the menu that boots, then those of the others. */
  readonly entries: readonly BootEntry[]
  readonly settings: readonly BootSettings[]
  readonly notes: readonly BootNote[]
}

/**
 * How an image boots, from the texts of its files: which entries there are, which one starts, and where each argument comes from. What
 * is worth noting costs as much again, and can be left out.
 */
export function analyseBoot(files: readonly BootFile[], facts: BootFacts, withNotes = true): BootAnalysis {
  const found = markShared(readEntries(files, facts))
  const scripts = mainScripts(files, facts)
  const menus = findMenus(found, scripts, files, facts)
  const choice = chooseDefault(menus[0], scripts, files)
  const inMenus = menus.flatMap((menu) => menu.entries)
  const ordered = [...new Set([...inMenus, ...found])].map((row) => withDefault(row, choice))
  const entries = ordered.map(({ entry }) => entry)
  const sorted = [...entries.filter((entry) => entry.isDefault), ...entries.filter((entry) => !entry.isDefault)]
  const notes = !withNotes ? [] : findNotes({ files, facts, found: ordered, menus, scripts, choice, entries: sorted })
  return { entries: sorted, settings: readSettings(files, scripts), notes }
}

/** The entries alone, in no order: what it takes to learn which files they name. */
export function readEntries(files: readonly BootFile[], facts: Pick<BootFacts, 'ukis'>): FoundEntry[] {
  const lookup = variableLookup(files)
  return files.flatMap((file): FoundEntry[] => {
    switch (file.kind) {
      case 'bls-entry':
        return [blsEntry(file, lookup)]
      case 'uki':
        return [ukiEntry(file, facts)]
      case 'grub-cfg':
        return grubEntries(file, lookup)
      case 'extlinux':
      case 'isolinux':
        return extlinuxEntries(file)
      default:
        return []
    }
  })
}

/** A place is shared where several entries take arguments from it. */
function markShared(found: readonly FoundEntry[]): FoundEntry[] {
  const users = new Map<string, number>()
  const key = (source: { file: string; what: string }) => `${source.file}\n${source.what}`
  // An entry's own place is the first one; in files with many entries it bears the same name for each.
  const others = (entry: BootEntry) => entry.sources.filter((source, at) => at > 0 || source.what === 'APPEND of the menu')
  for (const { entry } of found) for (const source of others(entry)) users.set(key(source), (users.get(key(source)) ?? 0) + 1)
  return found.map((row) => {
    const mine = new Set(others(row.entry))
    const sources = row.entry.sources.map((source) =>
      mine.has(source) ? { ...source, shared: (users.get(key(source)) ?? 0) > 1 } : source,
    )
    return { ...row, entry: { ...row.entry, sources } }
  })
}

function withDefault(row: FoundEntry, choice: DefaultChoice): FoundEntry {
  const isDefault = choice.entry !== null && row.entry.id === choice.entry.id
  return isDefault ? { ...row, entry: { ...row.entry, isDefault, defaultReason: choice.reason } } : row
}
