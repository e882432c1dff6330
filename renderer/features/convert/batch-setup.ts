import type { Edit } from '#shared/edits/edit'
import type { BatchCell, BatchPlan, BatchRequestDraft } from '#shared/jobs/convert-request'
import { type ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact } from '#shared/platforms/artifacts'
import { count, splitPath } from '../../components/format.js'
import type { CellPlace, ConvertSetup, ConvertSource } from './convert-store.js'
import { samePlace } from './convert-store.js'

/** Where results go unless the user says otherwise. */
export function folderOf(setup: Pick<ConvertSetup, 'folder' | 'sources'>): string | null {
  const first = setup.sources[0]
  return setup.folder ?? (first === undefined ? null : splitPath(first.path).folder)
}

export interface RequestContext {
  /** Rows that cannot be read: they take no part. */
  readonly unreadable: ReadonlySet<number>
  readonly editsOf: (path: string) => readonly Edit[]
  /** What the settings say, for a user who has not said otherwise here. */
  readonly verify: boolean
}

/** The sources that take part, in the order in which a request names them. */
export function usableSources(setup: Pick<ConvertSetup, 'sources'>, unreadable: ReadonlySet<number>): readonly ConvertSource[] {
  return setup.sources.filter(({ id }) => !unreadable.has(id))
}

/** What the core is asked to plan; null while there is nothing to ask. */
export function planRequest(setup: ConvertSetup, context: RequestContext): BatchRequestDraft | null {
  const folder = folderOf(setup)
  const sources = usableSources(setup, context.unreadable)
  if (folder === null || sources.length === 0 || setup.artifacts.length === 0) return null
  return {
    sources: sources.map(({ path, member, snapshot, withEdits }) => ({
      path,
      ...(member === null ? {} : { member }),
      ...(snapshot === null ? {} : { snapshot }),
      edits: withEdits ? [...context.editsOf(path)] : [],
    })),
    artifacts: [...setup.artifacts],
    folder,
    retarget: setup.retarget,
    ...(Object.keys(setup.machine).length === 0 ? {} : { machine: setup.machine }),
    digests: [...setup.digests],
    report: setup.report,
    verify: setup.verify ?? context.verify,
    without: setup.without.flatMap(({ source, artifact: id }) => {
      const at = sources.findIndex((one) => one.id === source)
      return at < 0 ? [] : [{ source: at, artifact: id }]
    }),
  }
}

/** A cell of the plan at its place on the screen. */
export interface PlannedCell {
  readonly place: CellPlace
  readonly cell: BatchCell
  readonly left: 'out' | null
}

export function plannedCells(plan: BatchPlan, sources: readonly ConvertSource[], without: readonly CellPlace[]): PlannedCell[] {
  return plan.cells.flatMap((cell) => {
    const source = sources[cell.source]
    if (source === undefined) return []
    const place = { source: source.id, artifact: cell.artifact }
    return [{ place, cell, left: without.some((one) => samePlace(one, place)) ? 'out' : null }]
  })
}

export interface PlanTotals {
  /** Artifacts that would be made. */
  readonly count: number
  readonly estimateBytes: number
  /** Files that are there already. */
  readonly existing: readonly string[]
  /** Cells that cannot be made as they stand. */
  readonly problems: number
}

export function planTotals(cells: readonly PlannedCell[]): PlanTotals {
  const wanted = cells.filter(({ left }) => left === null)
  const made = wanted.filter(({ cell }) => cell.input !== null)
  return {
    count: made.length,
    estimateBytes: made.reduce((sum, { cell }) => sum + (cell.estimateBytes ?? 0), 0),
    existing: made.filter(({ cell }) => cell.exists).map(({ cell }) => cell.output),
    problems: wanted.length - made.length,
  }
}

/** What is started: only what can be made. Files that are there are replaced when the user agrees to the list of them, which main asks for. */
export function startRequest(draft: BatchRequestDraft, cells: readonly PlannedCell[]): BatchRequestDraft {
  const { existing } = planTotals(cells)
  const unmade = cells.filter(({ left, cell }) => left === null && cell.input === null).map(({ cell }) => cell)
  return {
    ...draft,
    without: [...(draft.without ?? []), ...unmade.map(({ source, artifact: id }) => ({ source, artifact: id }))],
    replace: existing.length > 0,
    whole: true,
  }
}

/** `Convert 3 images for 2 targets`. */
export function setupTitle(sources: number, artifacts: readonly ArtifactId[]): string {
  if (sources === 0) return 'Convert'
  const only = artifacts.length === 1 ? artifacts[0] : undefined
  const target = only === undefined ? count(artifacts.length, 'target') : artifact(only).name
  return artifacts.length === 0 ? `Convert ${count(sources, 'image')}` : `Convert ${count(sources, 'image')} for ${target}`
}

export function startLabel(amount: number): string {
  return amount === 0 ? 'Make artifacts' : `Make ${count(amount, 'artifact')}`
}
