import type { Edit, EditOf } from '#shared/edits/edit'

/** Edits of which an image has one: a second one takes the place of the first. */
const ONLY_ONE: ReadonlySet<Edit['kind']> = new Set(['hostname', 'machine-id-reset', 'clean', 'ignition-config', 'cloud-init'])

/** The list with one more edit of the system, at the place where it does not undo another: what cleans goes first, a user before its keys. */
export function stageSystemEdit(edits: readonly Edit[], edit: Edit): Edit[] {
  const at = edits.findIndex((known) => sameSubject(known, edit))
  if (at >= 0) return edits.map((known, index) => (index === at ? edit : known))
  const before = edits.findIndex((known) => goesAfter(known, edit))
  return before < 0 ? [...edits, edit] : [...edits.slice(0, before), edit, ...edits.slice(before)]
}

function sameSubject(known: Edit, edit: Edit): boolean {
  if (known.kind !== edit.kind) return false
  if (ONLY_ONE.has(edit.kind)) return true
  if (edit.kind === 'user') return (known as EditOf<'user'>).name === edit.name
  if (edit.kind === 'systemd-unit') {
    const { unit, scope } = known as EditOf<'systemd-unit'>
    return unit === edit.unit && scope === edit.scope
  }
  return false
}

function goesAfter(known: Edit, edit: Edit): boolean {
  if (edit.kind === 'clean') return known.kind === 'ssh-keys' || known.kind === 'user' || known.kind === 'cloud-init'
  if (edit.kind === 'user') return known.kind === 'ssh-keys' && known.user === edit.name
  return false
}
