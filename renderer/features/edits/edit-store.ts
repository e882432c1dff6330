import { create } from 'zustand'
import type { Edit } from '#shared/edits/edit'

interface History {
  readonly past: readonly (readonly Edit[])[]
  readonly present: readonly Edit[]
  readonly future: readonly (readonly Edit[])[]
  /** What made `present`; the same again (typing in one text box) is one step of undo. */
  readonly source: string | null
}

const EMPTY: History = { past: [], present: [], future: [], source: null }
const NO_EDITS: readonly Edit[] = []
const MAX_STEPS = 200

interface EditStore {
  readonly byPath: Readonly<Record<string, History>>
  /** Stages a new list. `source` joins it to the step before when that came from the same source. */
  stage(path: string, edits: readonly Edit[], source?: string): void
  undo(path: string): void
  redo(path: string): void
  /** Takes one edit out of the list. */
  remove(path: string, index: number): void
  /** Puts one edit at another place of the list. */
  move(path: string, from: number, to: number): void
  /** Forgets the list and its history: the image was closed, or the edits are in it now. */
  forget(path: string): void
}

function sameEdits(left: readonly Edit[], right: readonly Edit[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

function staged(history: History, edits: readonly Edit[], source: string | null): History {
  if (sameEdits(history.present, edits)) return history
  const joins = source !== null && source === history.source
  const past = joins ? history.past : [...history.past, history.present].slice(-MAX_STEPS)
  return { past, present: edits, future: [], source }
}

export const useEditStore = create<EditStore>()((set) => {
  const change = (path: string, next: (history: History) => History) =>
    set(({ byPath }) => ({ byPath: { ...byPath, [path]: next(byPath[path] ?? EMPTY) } }))

  return {
    byPath: {},
    stage: (path, edits, source) => change(path, (history) => staged(history, edits, source ?? null)),
    undo: (path) =>
      change(path, (history) => {
        const present = history.past.at(-1)
        if (present === undefined) return history
        return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future], source: null }
      }),
    redo: (path) =>
      change(path, (history) => {
        const [present, ...future] = history.future
        if (present === undefined) return history
        return { past: [...history.past, history.present], present, future, source: null }
      }),
    remove: (path, index) =>
      change(path, (history) =>
        staged(
          history,
          history.present.filter((_, at) => at !== index),
          null,
        ),
      ),
    move: (path, from, to) =>
      change(path, (history) => {
        const moved = history.present[from]
        if (moved === undefined) return history
        const rest = history.present.filter((_, at) => at !== from)
        return staged(history, [...rest.slice(0, to), moved, ...rest.slice(to)], null)
      }),
    forget: (path) => set(({ byPath }) => ({ byPath: Object.fromEntries(Object.entries(byPath).filter(([known]) => known !== path)) })),
  }
})

export function useEdits(path: string): readonly Edit[] {
  return useEditStore((store) => store.byPath[path]?.present ?? NO_EDITS)
}

export function useCanUndo(path: string): boolean {
  return useEditStore((store) => (store.byPath[path]?.past.length ?? 0) > 0)
}

export function useCanRedo(path: string): boolean {
  return useEditStore((store) => (store.byPath[path]?.future.length ?? 0) > 0)
}
