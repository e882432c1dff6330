import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { findArgumentStores } from '#shared/boot/argument-stores'
import type { BootEntry } from '#shared/boot/boot-entry'
import { argKey } from '#shared/boot/kernel-args'
import type { Edit } from '#shared/edits/edit'
import { editsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { useEditStore } from '../edits/edit-store.js'
import { restoreForAll, stageForAll } from '../edits/stage-all-args.js'
import { argsAfter, keepOwnArgs, ownArgEdits, ownArgsAreLast, stageArgs, withoutOwnArgs } from '../edits/stage-args.js'
import { insertAt } from './arg-rows.js'
import type { BootView } from './use-boot.js'

export type Scope = 'one' | 'all'

/** The arguments of one entry, and the ways to change them. */
export interface EntryLine {
  readonly args: readonly string[]
  /** Edits that are this entry's alone. */
  readonly own: readonly Edit[]
  /** Stages what leaves `wanted`. `source` joins what is typed in one box into one step. */
  set(wanted: readonly string[], source?: string): void
  /** As `set`, for this entry alone whatever the changes apply to. */
  setOne(wanted: readonly string[], source?: string): void
  /** Puts a removed argument back, in front of what stands at `at`. */
  restore(at: number, arg: string): void
  undoAll(): void
  /** Whether changes go to where later kernels take their arguments from as well; null where there is no such place. */
  readonly keep: boolean | null
  setKeep(keep: boolean): void
}

/**
 * An entry's own edits are worked out from what all other edits leave of it. That list is known while the entry is shown, so chips act
 * at once: nobody has to ask the image.
 */
export function useEntryLine(view: BootView, entry: BootEntry, scope: Scope): EntryLine {
  const { path, edits } = view
  const queryClient = useQueryClient()
  const { reportFailure } = useAppActions()
  const stage = useEditStore((store) => store.stage)
  const others = withoutOwnArgs(edits, entry.id)
  const left = useQuery({ ...editsQuery(path, others), enabled: others.length > 0 })
  const own = ownArgEdits(edits, entry.id)
  const [wish, setWish] = useState<boolean | null>(null)
  const keep = hasStore(view, entry) ? (wish ?? own.some((edit) => edit.keep === true)) : null

  const baseIn = (report: BootView['before'] | undefined) => report?.entries.find((one) => one.id === entry.id)?.args ?? null
  const base = baseIn(others.length === 0 ? view.before : left.data?.boot)
  const args = shownArgs()

  function shownArgs(): readonly string[] {
    if (base === null || !ownArgsAreLast(edits, entry)) return entry.args
    try {
      return argsAfter(base, edits, entry.id)
    } catch {
      return entry.args
    }
  }

  const stageFrom = (from: readonly string[], wanted: readonly string[], source: string | undefined) => {
    try {
      const next = stageArgs(edits, entry, from, wanted, keep ?? false)
      // What could not be applied must not be staged: it would hide the very chips that could mend it.
      argsAfter(from, next, entry.id)
      stage(path, next, source)
    } catch (error) {
      reportFailure(error)
    }
  }
  const setOne = (wanted: readonly string[], source?: string) => {
    if (base !== null) {
      stageFrom(base, wanted, source)
      return
    }
    queryClient
      .fetchQuery(editsQuery(path, others))
      .then(({ boot }) => stageFrom(baseIn(boot) ?? entry.args, wanted, source), reportFailure)
  }
  const set = (wanted: readonly string[], source?: string) => {
    const lists = view.after.entries.flatMap((one) => (one.id === entry.id || one.problem !== null ? [] : [one.args]))
    const forAll = scope === 'all' ? stageForAll(edits, args, wanted, lists, keep ?? false) : null
    if (forAll === null) setOne(wanted, source)
    else stage(path, forAll, source)
  }

  return {
    args,
    own,
    set,
    setOne,
    restore: (at, arg) => {
      const forAll = restoreForAll(edits, arg)
      if (forAll === null) setOne(insertAt(args, at, arg))
      else stage(path, forAll)
    },
    undoAll: () => stage(path, withoutOwnArgs(edits, entry.id)),
    keep,
    setKeep: (next) => {
      setWish(next)
      if (own.length > 0) stage(path, keepOwnArgs(edits, entry.id, next))
    },
  }
}

/** OSTree takes the arguments of a new deployment from the one before it: there is nothing to keep. */
function hasStore({ after }: BootView, entry: BootEntry): boolean {
  return findArgumentStores(after.files).length > 0 && !entry.args.some((arg) => argKey(arg) === 'ostree')
}
