import { create } from 'zustand'
import type { Edit } from '#shared/edits/edit'
import type { PlatformId } from '#shared/platforms/platform'
import { type HealthRow, isStaged, type StagedFix } from './health-rows.js'

const NONE: readonly StagedFix[] = []

interface FixStore {
  readonly byPath: Readonly<Record<string, readonly StagedFix[]>>
  /** Remembers the findings that staged edits are the fix of. One edit can be the fix of several. */
  note(path: string, platform: PlatformId | null, rows: readonly HealthRow[], edits: readonly Edit[]): void
  /** The image was closed. */
  forget(path: string): void
}

/** Findings that were fixed in the Health tab: the report does not hold them any more, and they can still be undone. */
export const useFixStore = create<FixStore>()((set) => ({
  byPath: {},
  note: (path, platform, rows, edits) =>
    set(({ byPath }) => {
      const noted = rows.flatMap(({ finding }, at) => (isStaged(finding.fix, edits) ? [{ finding, platform, at }] : []))
      const ids = new Set(noted.map(({ finding }) => finding.id))
      const others = (byPath[path] ?? NONE).filter(({ finding }) => !ids.has(finding.id))
      return { byPath: { ...byPath, [path]: [...others, ...noted] } }
    }),
  forget: (path) => set(({ byPath }) => ({ byPath: Object.fromEntries(Object.entries(byPath).filter(([known]) => known !== path)) })),
}))

export function useFixes(path: string): readonly StagedFix[] {
  return useFixStore((store) => store.byPath[path] ?? NONE)
}
