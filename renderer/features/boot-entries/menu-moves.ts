import type { BootEntry, BootFile } from '#shared/boot/boot-entry'
import { sortEntries } from '#shared/boot/default-entry'
import { parseExtlinux } from '#shared/boot/extlinux'

/** The entries that one can change places with, in the order of the menu itself; the report puts the default one first. */
export function siblings(entry: BootEntry, entries: readonly BootEntry[], files: readonly BootFile[]): BootEntry[] {
  const same = entries.filter((one) => one.loader === entry.loader)
  if (entry.loader === 'uki') return []
  if (entry.loader === 'bls') return sortEntries(same)
  const inFile = same.filter((one) => one.file === entry.file)
  if (entry.loader === 'grub') {
    return inFile.filter((one) => menuOf(one) === menuOf(entry)).toSorted((left, right) => indexOf(left) - indexOf(right))
  }
  const labels = labelsOf(files.find(({ id }) => id === entry.file))
  return inFile.toSorted((left, right) => labels.indexOf(nameOf(left)) - labels.indexOf(nameOf(right)))
}

/** Before which entry it stands after one step: null for the end of the menu, undefined where there is no step. */
export function stepBefore(entry: BootEntry, order: readonly BootEntry[], step: -1 | 1): string | null | undefined {
  const at = order.findIndex(({ id }) => id === entry.id)
  if (at < 0 || at + step < 0 || at + step >= order.length) return undefined
  return step < 0 ? order[at - 1]?.id : (order[at + 2]?.id ?? null)
}

/** What names an entry inside of its file: GRUB's `1>0`, a label. */
function nameOf(entry: BootEntry): string {
  return entry.id.slice(entry.file.length + 1)
}

/** Number of the submenu that a GRUB entry stands in. */
function menuOf(entry: BootEntry): string {
  const name = nameOf(entry)
  return name.slice(0, Math.max(0, name.lastIndexOf('>')))
}

function indexOf(entry: BootEntry): number {
  return Number(nameOf(entry).split('>').at(-1))
}

function labelsOf(file: BootFile | undefined): string[] {
  try {
    return parseExtlinux(file?.text ?? '').entries.map(({ label }) => label)
  } catch {
    return []
  }
}
