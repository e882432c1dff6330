import type { ArgChange } from './arg-change.js'
import type { EditKind, EditOf } from './edit.js'

type BootEditKind = Extract<
  EditKind,
  | 'keep-kernel-args'
  | 'boot-default'
  | 'boot-timeout'
  | 'entry-title'
  | 'entry-duplicate'
  | 'entry-add'
  | 'entry-remove'
  | 'entry-enable'
  | 'entry-move'
  | 'console-block'
>
type Describe<K extends EditKind> = (edit: EditOf<K>, entryTitle: (id: string) => string) => string

/** One row of words for each kind of edit of the boot menu. */
export const BOOT_WORDS: { readonly [K in BootEditKind]: Describe<K> } = {
  'keep-kernel-args': (edit) => `${edit.changes.map(describeChange).join('; ')} for kernels that are installed later`,
  'boot-default': (edit, title) => `Boot ${title(edit.entry)} by default`,
  'boot-timeout': (edit) => `Let the boot menu wait ${waiting(edit.seconds)}`,
  'entry-title': (edit, title) => `Rename ${title(edit.entry)} to "${edit.title}"`,
  'entry-duplicate': (edit, title) => `Copy ${title(edit.entry)} as "${edit.title}"`,
  'entry-add': (edit) => `Add the boot entry "${edit.title}"`,
  'entry-remove': (edit, title) => `Remove ${title(edit.entry)} from the boot menu`,
  'entry-enable': (edit, title) =>
    edit.enabled ? `Show ${title(edit.entry)} in the boot menu` : `Hide ${title(edit.entry)} from the boot menu`,
  'entry-move': (edit, title) =>
    edit.before === null ? `Move ${title(edit.entry)} to the end of its menu` : `Move ${title(edit.entry)} before ${title(edit.before)}`,
  'console-block': (edit) =>
    edit.lines === null || edit.lines.length === 0
      ? "Empty GRUB's console settings"
      : `Set GRUB's console: ${edit.lines.map((line) => line.trim()).join('; ')}`,
}

function waiting(seconds: number): string {
  if (seconds < 0) return 'for ever'
  return seconds === 1 ? '1 second' : `${seconds} seconds`
}

export function describeChange(change: ArgChange): string {
  switch (change.op) {
    case 'append':
      return `Append ${change.arg}`
    case 'delete':
      return `Remove ${change.arg}${rank(change.index)}`
    case 'replace':
      return `Replace ${change.key}${change.from === '' ? '' : `=${change.from}`} by ${change.to}${rank(change.index)}`
    case 'set':
      return change.args.length === 1 ? 'Set the list to 1 argument' : `Set the list to ${change.args.length} arguments`
  }
}

function rank(index: number | undefined): string {
  return index === undefined ? '' : ` (number ${index + 1} of these)`
}
