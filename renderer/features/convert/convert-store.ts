import { create } from 'zustand'
import type { DigestName, MachineChoice } from '#shared/jobs/convert-request'
import { ARTIFACT_IDS, type ArtifactId } from '#shared/platforms/artifact-ids'

/** A row of the table: a file, and which disk and which state of it. */
export interface ConvertSource {
  readonly id: number
  readonly path: string
  /** Which disk of an archive; null for the only one, or the first. */
  readonly member: string | null
  /** Internal snapshot; null for the present state. */
  readonly snapshot: string | null
  /** Edits that are staged on the open image come along. */
  readonly withEdits: boolean
}

export interface CellPlace {
  readonly source: number
  readonly artifact: ArtifactId
}

export interface ConvertSetup {
  readonly sources: readonly ConvertSource[]
  /** In the order in which presets are offered. */
  readonly artifacts: readonly ArtifactId[]
  /** Null: the folder of the first source. */
  readonly folder: string | null
  readonly retarget: boolean
  readonly digests: readonly DigestName[]
  readonly report: boolean
  /** Null: as the settings say. */
  readonly verify: boolean | null
  readonly machine: MachineChoice
  readonly without: readonly CellPlace[]
}

interface ConvertStore extends ConvertSetup {
  /** The batch whose progress is shown; null while the next one is set up. */
  readonly shown: string | null
  /** What is looked at more closely. */
  readonly selected: CellPlace | null
  add(paths: readonly string[], artifacts?: readonly ArtifactId[]): void
  /** A further row for another disk of the same archive. */
  addMember(id: number, member: string): void
  change(id: number, part: Partial<Omit<ConvertSource, 'id' | 'path'>>): void
  remove(id: number): void
  toggle(artifact: ArtifactId): void
  toggleCell(place: CellPlace): void
  set(part: Partial<Omit<ConvertSetup, 'sources' | 'artifacts' | 'without'>>): void
  select(place: CellPlace | null): void
  show(batch: string | null): void
  /** Forgets sources and cells; targets and options stay for the next ones. */
  clear(): void
}

export function samePlace(one: CellPlace, other: CellPlace): boolean {
  return one.source === other.source && one.artifact === other.artifact
}

const EMPTY: ConvertSetup & Pick<ConvertStore, 'shown' | 'selected'> = {
  sources: [],
  artifacts: [],
  folder: null,
  retarget: true,
  digests: ['sha256'],
  report: true,
  verify: null,
  machine: {},
  without: [],
  shown: null,
  selected: null,
}

const row = (id: number, path: string, member: string | null = null): ConvertSource => ({
  id,
  path,
  member,
  snapshot: null,
  withEdits: true,
})

function nextId(sources: readonly ConvertSource[]): number {
  return Math.max(0, ...sources.map(({ id }) => id)) + 1
}

function inOrder(artifacts: ReadonlySet<ArtifactId>): ArtifactId[] {
  return ARTIFACT_IDS.filter((id) => artifacts.has(id))
}

/** What the user is putting together on the Convert screen; plans and jobs are the core's. */
export const useConvertStore = create<ConvertStore>()((set) => ({
  ...EMPTY,
  add: (paths, artifacts = []) =>
    set((state) => {
      const known = new Set(state.sources.map(({ path }) => path))
      const first = nextId(state.sources)
      const added = [...new Set(paths)].filter((path) => !known.has(path)).map((path, at) => row(first + at, path))
      return {
        sources: [...state.sources, ...added],
        artifacts: inOrder(new Set([...state.artifacts, ...artifacts])),
        shown: null,
      }
    }),
  addMember: (id, member) =>
    set(({ sources }) => {
      const at = sources.findIndex((source) => source.id === id)
      const source = sources[at]
      return source === undefined ? {} : { sources: sources.toSpliced(at + 1, 0, row(nextId(sources), source.path, member)) }
    }),
  change: (id, part) => set(({ sources }) => ({ sources: sources.map((source) => (source.id === id ? { ...source, ...part } : source)) })),
  remove: (id) =>
    set(({ sources, without, selected }) => ({
      sources: sources.filter((source) => source.id !== id),
      without: without.filter(({ source }) => source !== id),
      selected: selected?.source === id ? null : selected,
    })),
  toggle: (artifact) =>
    set(({ artifacts, without, selected }) => {
      if (!artifacts.includes(artifact)) return { artifacts: inOrder(new Set([...artifacts, artifact])) }
      return {
        artifacts: artifacts.filter((one) => one !== artifact),
        without: without.filter((place) => place.artifact !== artifact),
        selected: selected?.artifact === artifact ? null : selected,
      }
    }),
  toggleCell: (place) =>
    set(({ without }) => {
      const others = without.filter((one) => !samePlace(one, place))
      return { without: others.length < without.length ? others : [...others, place] }
    }),
  set: (part) => set(part),
  select: (selected) => set({ selected }),
  show: (shown) => set({ shown, selected: null }),
  clear: () => set({ sources: [], without: [], selected: null, folder: null }),
}))
