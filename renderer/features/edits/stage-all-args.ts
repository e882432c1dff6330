import { editsForArgs } from '#shared/edits/args-edit'
import type { ArgChange, Edit } from '#shared/edits/edit'

/**
 * The change from `shown` to `wanted` for every entry, as edits behind those that are staged. What takes back an earlier change of all
 * entries takes that edit out. Null for what cannot be said of all: the order, or what none of the others has.
 */
export function stageForAll(
  edits: readonly Edit[],
  shown: readonly string[],
  wanted: readonly string[],
  others: readonly (readonly string[])[],
  keep = false,
): readonly Edit[] | null {
  const changes = editsForArgs('*', shown, wanted)?.changes ?? []
  if (changes.some((change) => !isForAll(change, others))) return null
  return changes.reduce<readonly Edit[]>((list, change) => withChange(list, change, keep), edits)
}

/** The list without the edit that took `arg` from all entries; null where there is none. */
export function restoreForAll(edits: readonly Edit[], arg: string): readonly Edit[] | null {
  const at = findOfAll(edits, (change) => change.op === 'delete' && change.arg === arg)
  return at < 0 ? null : edits.toSpliced(at, 1)
}

function isForAll(change: ArgChange, others: readonly (readonly string[])[]): boolean {
  switch (change.op) {
    case 'set':
      return false
    case 'append':
      return true
    case 'delete':
      return others.some((args) => args.includes(change.arg))
    case 'replace':
      return others.some((args) => args.includes(`${change.key}=${change.from}`))
  }
}

function withChange(edits: readonly Edit[], change: ArgChange, keep: boolean): readonly Edit[] {
  const edit: Edit = { kind: 'kernel-args', entry: '*', changes: [change], ...(keep ? { keep } : {}) }
  if (change.op === 'delete') {
    const added = findOfAll(edits, (before) => before.op === 'append' && before.arg === change.arg)
    if (added >= 0) return edits.toSpliced(added, 1)
  }
  if (change.op === 'replace') {
    const at = findOfAll(edits, (before) => before.op === 'replace' && before.key === change.key && before.to === change.from)
    const before = at < 0 ? undefined : onlyChange(edits[at])
    if (before?.op === 'replace') {
      const joined: Edit = { ...edit, changes: [{ ...change, from: before.from }] }
      return before.from === change.to ? edits.toSpliced(at, 1) : edits.toSpliced(at, 1, joined)
    }
  }
  return [...edits, edit]
}

function findOfAll(edits: readonly Edit[], matches: (change: ArgChange) => boolean): number {
  return edits.findLastIndex((edit) => {
    const change = onlyChange(edit)
    return change !== null && matches(change)
  })
}

/** The change of an edit of all entries that has but one. */
function onlyChange(edit: Edit | undefined): ArgChange | null {
  if (edit?.kind !== 'kernel-args' || edit.entry !== '*' || edit.changes.length !== 1) return null
  return edit.changes[0] ?? null
}
