import { Button } from '@mantine/core'
import { formatBytes } from '#shared/text/bytes'
import { count, splitPath } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { useConvertStore } from './convert-store.js'
import styles from './setup-screen.module.css'
import type { BatchPlanState } from './use-batch-plan.js'

const LISTED = 4

interface PlanProblemsProps {
  readonly state: BatchPlanState
  readonly folder: string
  readonly onChooseFolder: () => void
}

/** What stands between the plan and its start, each with the next step. */
export function PlanProblems({ state, folder, onChooseFolder }: PlanProblemsProps) {
  const { data, totals, unreadable } = state
  const { remove, toggleCell } = useConvertStore.getState()
  const asked = totals.existing
  const skip = () => {
    for (const { place, cell, left } of state.cells) if (left === null && asked.includes(cell.output)) toggleCell(place)
  }
  return (
    <>
      {data !== null && !data.fits && totals.count > 0 && (
        <Note
          tone="red"
          title={`Not enough space in ${visibleText(splitPath(folder).name || folder)}`}
          actions={
            <Button size="xs" onClick={onChooseFolder}>
              Choose another folder…
            </Button>
          }
        >
          <p>
            {formatBytes(data.neededBytes)} is needed at most, {formatBytes(data.freeBytes)} is free. Free{' '}
            {formatBytes(data.neededBytes - data.freeBytes)}, or leave cells out.
          </p>
        </Note>
      )}
      {asked.length > 0 && (
        <Note
          tone="amber"
          title={asked.length === 1 ? 'A file of that name is there already' : `${asked.length} files of these names are there already`}
          actions={
            <>
              <Button size="xs" onClick={onChooseFolder}>
                Choose another folder…
              </Button>
              <Button size="xs" onClick={skip}>
                {asked.length === 1 ? 'Leave it out' : 'Leave them out'}
              </Button>
            </>
          }
        >
          <p className={styles.files}>
            {asked
              .slice(0, LISTED)
              .map((file) => visibleText(splitPath(file).name))
              .join(', ')}
            {asked.length > LISTED && ` and ${asked.length - LISTED} more`}. You are asked before{' '}
            {asked.length === 1 ? 'it is' : 'they are'} replaced.
          </p>
        </Note>
      )}
      {unreadable.size > 1 && (
        <Note
          tone="red"
          title={`${count(unreadable.size, 'file')} cannot be read`}
          actions={
            <Button size="xs" onClick={() => [...unreadable].forEach(remove)}>
              Leave them out
            </Button>
          }
        >
          <p>The others can be converted as they are; why not, stands at each file.</p>
        </Note>
      )}
    </>
  )
}
