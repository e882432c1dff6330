import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { PencilLine, RotateCcw, ScrollText, Upload as UploadIcon } from 'lucide-react'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { openUploadsQuery } from '../../features/clouds/cloud-queries.js'
import { phaseOf } from '../../features/clouds/upload-jobs.js'
import { UploadResultView } from '../../features/clouds/upload-result.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { JobActions } from '../../features/jobs/job-actions.js'
import { JobProgress } from '../../features/jobs/job-progress.js'
import { JobSteps } from '../../features/jobs/job-steps.js'
import { isActive } from '../../features/jobs/job-words.js'
import { useShownJob } from '../../features/jobs/shown-jobs.js'
import { LeftBehind } from './left-behind.js'
import { PhaseHead } from './phase-head.js'
import { RunFacts } from './run-facts.js'
import styles from './run-step.module.css'
import { SignInPanel } from './sign-in-panel.js'
import { useResumeUpload } from './use-open-upload.js'
import type { Upload } from './use-upload.js'
import wizard from './upload-wizard.module.css'

/** The upload while it runs, and what came out of it. */
export function RunStep({ upload }: { readonly upload: Upload }) {
  const jobs = useQuery(jobsQuery)
  const { draft } = upload
  const job = jobs.data?.find(({ id }) => id === draft.job)
  if (job !== undefined) return <Run upload={upload} job={job} />
  if (jobs.isPending) return <SkeletonRows rows={6} />
  return <Gone upload={upload} />
}

/** Its record was cleared from the history: what was filled in is still there. */
function Gone({ upload: { draft } }: { readonly upload: Upload }) {
  const { go } = useShipStore.getState()
  const { data: open = [] } = useQuery(openUploadsQuery)
  const canGoOn = open.some(({ upload, finished }) => upload === draft.upload && finished !== true)
  const resume = useResumeUpload(draft.upload)
  return (
    <div className={`card ${styles.gone}`}>
      <p>The record of this upload is no longer in the history. What you filled in is still here.</p>
      <div>
        <Button onClick={() => go(draft.path, 'check')}>Look at it again</Button>
        {canGoOn && (
          <Button
            variant="filled"
            leftSection={<RotateCcw size={14} aria-hidden />}
            loading={resume.isPending}
            onClick={() => resume.mutate()}
          >
            Resume
          </Button>
        )}
      </div>
    </div>
  )
}

function Run({ upload, job }: { readonly upload: Upload; readonly job: Job }) {
  useShownJob(job.id)
  const { showJobs } = useAppActions()
  const result = job.state === 'succeeded' ? job.output?.upload : undefined
  const phase = phaseOf(job)
  return (
    <div className={wizard.columns}>
      <section className={`card ${styles.work}`} aria-label={result === undefined ? 'Run' : 'Result'}>
        <div className={styles.scroller} tabIndex={0} role="group" aria-label="How it goes">
          <PhaseHead job={job} phase={phase} />
          {isActive(job) && <JobProgress job={job} />}
          {job.attention && <SignInPanel job={job} error={job.attention} />}
          {job.error !== null && job.state !== 'cancelled' && <ErrorNotice error={AppError.fromData(job.error)} />}
          {result !== undefined && <UploadResultView result={result} upload={upload.draft.upload} />}
          {!isActive(job) && job.state !== 'succeeded' && <LeftBehind upload={upload.draft.upload} />}
          <section aria-label="Steps">
            <h3 className={styles.heading}>Steps</h3>
            <JobSteps steps={job.steps} paused={job.paused} />
          </section>
        </div>
      </section>
      <aside className={`card ${styles.side}`} aria-label="About this upload">
        <div className={styles.facts} tabIndex={0} role="group" aria-label="Details">
          <RunFacts upload={upload} job={job} />
        </div>
        <footer className={styles.footer}>
          {isActive(job) ? <JobActions job={job} /> : <Ended upload={upload} job={job} />}
          <Button size="xs" variant="subtle" leftSection={<ScrollText size={14} aria-hidden />} onClick={() => showJobs(job.id)}>
            Commands and log
          </Button>
        </footer>
      </aside>
    </div>
  )
}

/** What to do after it ended. */
function Ended({ upload: { draft }, job }: { readonly upload: Upload; readonly job: Job }) {
  const { change, go, forget } = useShipStore.getState()
  const { reportFailure } = useAppActions()
  const client = useQueryClient()
  const retry = useMutation({
    mutationFn: () => call('jobs.retry', { id: job.id }),
    onSuccess: async (fresh) => {
      change(draft.path, { job: fresh.id })
      await client.invalidateQueries({ queryKey: jobsQuery.queryKey })
    },
    onError: reportFailure,
  })
  if (job.state === 'succeeded') {
    const again = () => {
      change(draft.path, { upload: crypto.randomUUID(), job: null, reached: 'check' })
      go(draft.path, 'target')
    }
    return (
      <>
        <Button size="xs" leftSection={<UploadIcon size={14} aria-hidden />} onClick={again}>
          Upload it elsewhere…
        </Button>
        <Button size="xs" variant="filled" onClick={() => forget(draft.path)}>
          Done
        </Button>
      </>
    )
  }
  return (
    <>
      <Button size="xs" leftSection={<PencilLine size={14} aria-hidden />} onClick={() => go(draft.path, 'check')}>
        Change and try again
      </Button>
      <Button
        size="xs"
        variant="filled"
        leftSection={<RotateCcw size={14} aria-hidden />}
        loading={retry.isPending}
        onClick={() => retry.mutate()}
      >
        Try again
      </Button>
    </>
  )
}
