import { Button } from '@mantine/core'
import { ArrowRightLeft, Eraser } from 'lucide-react'
import { useEffect } from 'react'
import { toAppError } from '#shared/errors/app-error'
import { formatBytes } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count, splitPath } from '../../components/format.js'
import { Screen } from '../../components/screen.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { AddImages } from './add-images.js'
import { folderOf, setupTitle, startLabel, startRequest } from './batch-setup.js'
import { samePlace, useConvertStore } from './convert-store.js'
import { PlanDetails } from './plan-details.js'
import { PlanProblems } from './plan-problems.js'
import { ResultOptions } from './result-options.js'
import styles from './setup-screen.module.css'
import { SetupMatrix } from './setup-matrix.js'
import { TargetList } from './target-list.js'
import { type BatchPlanState, useBatchPlan } from './use-batch-plan.js'
import { useStartBatch } from './use-start-batch.js'

/** Images and targets on one table; nothing is written until the button that says how many. */
export function SetupScreen() {
  const { sources, artifacts, selected } = useConvertStore()
  const { set, clear } = useConvertStore.getState()
  const { reportFailure } = useAppActions()
  const state = useBatchPlan()
  const start = useStartBatch()
  const folder = folderOf({ sources, folder: useConvertStore((store) => store.folder) }) ?? '/'
  const { cells, totals, data, request } = state
  const { reset } = start
  // Why it could not start holds until something else is asked for.
  useEffect(reset, [reset, sources, artifacts, folder])

  const chooseFolder = () =>
    void call('outputs.chooseFolder', { suggested: folder }).then((chosen) => {
      if (chosen !== null) set({ folder: chosen.path })
    }, reportFailure)
  const shown = cells.find(({ place }) => selected !== null && samePlace(place, selected)) ?? cells[0]
  const ready = request !== null && data !== null && !state.plan.isError && !state.isSettling && data.fits && totals.count > 0

  return (
    <Screen
      title={setupTitle(sources.length, artifacts)}
      facts={<Totals state={state} folder={folder} />}
      actions={
        <>
          <Button leftSection={<Eraser size={15} aria-hidden />} onClick={clear}>
            Clear
          </Button>
          <Button
            variant="filled"
            disabled={!ready || start.isPending}
            leftSection={<ArrowRightLeft size={16} aria-hidden />}
            onClick={() => request !== null && start.mutate(startRequest(request, cells))}
          >
            {startLabel(totals.count)}
          </Button>
        </>
      }
    >
      <div className={styles.columns}>
        <TargetList />
        <div className={styles.work}>
          {start.isError && !state.plan.isError && toAppError(start.error).code !== 'cancelled' && (
            <ErrorNotice error={start.error} onChooseOutput={chooseFolder} />
          )}
          {state.plan.isError && (
            <ErrorNotice error={state.plan.error} onRetry={() => void state.plan.refetch()} onChooseOutput={chooseFolder} />
          )}
          <PlanProblems state={state} folder={folder} onChooseFolder={chooseFolder} />
          <section className={`card ${styles.table}`} aria-label="Images and targets">
            <SetupMatrix state={state} selected={shown?.place ?? null} />
            <footer className={styles.tableFooter}>
              <AddImages />
              <span className="dim">Arrows move, Enter shows what is done, Space leaves a cell out.</span>
            </footer>
          </section>
          <div className={styles.below}>
            {shown === undefined && artifacts.length > 0 && state.isSettling && (
              <div className={`card ${styles.pending}`}>
                <SkeletonRows rows={6} gap={12} />
              </div>
            )}
            {shown !== undefined && (
              <PlanDetails
                planned={shown}
                sourcePath={sources.find(({ id }) => id === shown.place.source)?.path ?? ''}
                onChooseFolder={chooseFolder}
              />
            )}
            <ResultOptions folder={folder} images={plainImages(state)} onChooseFolder={chooseFolder} />
          </div>
        </div>
      </div>
    </Screen>
  )
}

function plainImages({ reports }: BatchPlanState): string[] {
  return reports.flatMap(({ data }) => (data?.kind === 'image' ? [data.path] : []))
}

/** `6 artifacts, about 6.4 GiB; 96 GiB free in ~/images/out`. */
function Totals({ state, folder }: { readonly state: BatchPlanState; readonly folder: string }) {
  const { data, totals, isSettling, request, unreadable } = state
  if (request === null && !isSettling) return 'Tick at least one target'
  if (data === null) return 'Working out sizes…'
  return (
    <span role="status">
      {count(totals.count, 'artifact')}, about <strong>{formatBytes(totals.estimateBytes)}</strong>;{' '}
      <strong>{formatBytes(data.freeBytes)}</strong> free in{' '}
      <span title={visibleText(folder)}>{visibleText(splitPath(folder).name || folder)}</span>
      {totals.problems > 0 && `; ${count(totals.problems, 'cell')} cannot be made`}
      {unreadable.size > 0 && `; ${count(unreadable.size, 'file')} cannot be read`}
    </span>
  )
}
