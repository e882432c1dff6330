import { ArrowLeft } from 'lucide-react'
import type { ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact } from '#shared/platforms/artifacts'
import { splitPath } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { planCellName } from './cell-words.js'
import { type CellPlace, type ConvertSource, samePlace, useConvertStore } from './convert-store.js'
import { Matrix, type MatrixCell } from './matrix.js'
import type { MatrixPlace } from './matrix-moves.js'
import { PlanCell } from './plan-cell.js'
import styles from './setup-screen.module.css'
import { SourceHead } from './source-head.js'
import { chosenDisk } from './source-words.js'
import type { BatchPlanState } from './use-batch-plan.js'

/** The plan as a table: every cell is an artifact, with its size and what to know of it. */
export function SetupMatrix({ state, selected }: { readonly state: BatchPlanState; readonly selected: CellPlace | null }) {
  const { sources, artifacts, without } = useConvertStore()
  const { select, toggleCell } = useConvertStore.getState()
  const { reports, cells, unreadable } = state

  const withPlace =
    (use: (place: CellPlace) => void) =>
    ({ row, column }: MatrixPlace) => {
      const source = sources[row]
      const id = artifacts[column]
      if (source !== undefined && id !== undefined) use({ source: source.id, artifact: id })
    }
  const cellOf = (source: ConvertSource, id: ArtifactId): MatrixCell => {
    const place = { source: source.id, artifact: id }
    const planned = cells.find((one) => samePlace(one.place, place))
    const left = without.some((one) => samePlace(one, place))
    const broken = unreadable.has(source.id)
    const image = visibleText(splitPath(source.path).name)
    const target = artifact(id).name
    return {
      name: broken ? `${image} for ${target}: – cannot be read` : planCellName(image, target, planned?.cell, left),
      faded: left || broken,
      content: (
        <PlanCell planned={planned} unreadable={broken} left={left} name={`${image} for ${target}`} onToggle={() => toggleCell(place)} />
      ),
    }
  }
  const takenOf = (path: string) =>
    sources.flatMap((other, at) => {
      const report = reports[at]?.data
      const member = other.path === path && report !== undefined ? (chosenDisk(report, other.member)?.member ?? null) : null
      return member === null ? [] : [member]
    })

  return (
    <Matrix
      label="What is made of which image"
      rows={sources.map((source, at) => {
        const report = reports[at]
        return {
          key: String(source.id),
          head: report === undefined ? null : <SourceHead source={source} report={report} taken={takenOf(source.path)} />,
          cells: artifacts.map((id) => cellOf(source, id)),
        }
      })}
      columns={artifacts.map((id) => ({ key: id, name: artifact(id).name, hint: artifact(id).hint }))}
      selected={
        selected === null
          ? null
          : { row: sources.findIndex(({ id }) => id === selected.source), column: artifacts.indexOf(selected.artifact) }
      }
      onSelect={withPlace(select)}
      onToggle={withPlace(toggleCell)}
      empty={
        <span className={styles.tick}>
          <ArrowLeft size={15} aria-hidden />
          Tick what to make of {sources.length === 1 ? 'it' : 'them'}
        </span>
      }
    />
  )
}
