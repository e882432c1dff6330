import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { MonitorPlay, RotateCw, SquareTerminal } from 'lucide-react'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { imageQuery, jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { Badge } from '../../components/badge.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits } from '../edits/edit-store.js'
import { JobActions } from '../jobs/job-actions.js'
import { JobProgress } from '../jobs/job-progress.js'
import { isActive } from '../jobs/job-words.js'
import { useBootTestStore } from './boot-test-store.js'
import { stateWords } from './boot-test-words.js'
import { isAbout } from './boot-tests.js'
import { EvidenceList } from './evidence-list.js'
import styles from './recipe-test.module.css'
import { RecipeTestPlan } from './recipe-test-plan.js'
import { runRecipeTest } from './run-recipe-test.js'
import { StaleNote } from './stale-note.js'
import { useLive } from './use-live.js'

/** The boot test that the recipe asks for which was staged: what it boots, how it goes, and what it found. Nothing where none asks for one. */
export function RecipeTestCard({ path }: { readonly path: string }) {
  const asked = useBootTestStore((store) => store.recipes[path])
  const edits = useEdits(path)
  const { data: jobs = [] } = useQuery(jobsQuery)
  const start = useMutation({ mutationFn: () => runRecipeTest(path) })
  if (asked === undefined || !asked.edits.some((edit) => edits.includes(edit))) return null
  const job = jobs.find(({ id }) => id === asked.job)
  const isRunning = job !== undefined && isActive(job)
  return (
    <section className={`card ${styles.card}`} aria-label="Boot test of the recipe">
      <header className={styles.header}>
        <h2>Boot test of the recipe</h2>
        {!isRunning && (
          <Button
            size="xs"
            leftSection={job === undefined ? <MonitorPlay size={14} aria-hidden /> : <RotateCw size={14} aria-hidden />}
            loading={start.isPending}
            onClick={() => start.mutate()}
          >
            {job === undefined ? 'Run this boot test' : 'Run it again'}
          </Button>
        )}
      </header>
      {start.isError && <ErrorNotice error={start.error} />}
      {job === undefined ? (
        <>
          <p className="dim">{asked.name} asks that its result boots. Nothing is written to the image for it.</p>
          <RecipeTestPlan bootTest={asked.bootTest} />
        </>
      ) : (
        <>
          <RecipeTestRun key={job.id} path={path} job={job} />
          <details>
            <summary>What it boots, and how it judges</summary>
            <RecipeTestPlan bootTest={asked.bootTest} />
          </details>
        </>
      )}
    </section>
  )
}

/** How far it has come, or its verdict with the lines that say so; the rest of its evidence is a step away. */
function RecipeTestRun({ path, job }: { readonly path: string; readonly job: Job }) {
  const { showBootTest } = useAppActions()
  const info = useQuery(imageQuery(path)).data
  const edits = useEdits(path)
  const started = useBootTestStore((store) => store.started)
  const live = useLive(job)
  const report = job.output?.bootTest
  const seen = report ?? live
  const { tone, words } = stateWords(job, live)
  const isStale = report !== undefined && info !== undefined && !isAbout(job, info, edits, started)
  return (
    <div className={styles.run}>
      <div className={styles.header}>
        <span role="status">
          <Badge tone={tone}>{words}</Badge>
        </span>
        <span className={styles.actions}>
          {isActive(job) && <JobActions job={job} compact />}
          <Button size="xs" leftSection={<SquareTerminal size={14} aria-hidden />} onClick={() => showBootTest(path, job.id)}>
            {isActive(job) ? 'Watch' : 'Show evidence'}
          </Button>
        </span>
      </div>
      {isActive(job) && <JobProgress job={job} />}
      {report !== undefined && <p>{visibleText(report.reason)}</p>}
      {isStale && <StaleNote />}
      {seen && (
        <EvidenceList evidence={seen.evidence} missing={seen.missing} missingWords={report === undefined ? 'not yet' : 'not seen'} />
      )}
      {job.error !== null && job.state !== 'cancelled' && <ErrorNotice error={AppError.fromData(job.error)} />}
    </div>
  )
}
