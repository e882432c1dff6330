import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp, LogIn, X } from 'lucide-react'
import { useState } from 'react'
import { batchProgress } from '#shared/jobs/batch-progress'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { GuestText } from '../../components/guest-text.js'
import { Meter } from '../../components/meter.js'
import { useNow } from '../../components/use-now.js'
import { JobActions } from './job-actions.js'
import { batchWords } from './job-groups.js'
import { JobCommands, JobLog } from './job-log.js'
import { JobStateMark } from './job-state.js'
import { JobSteps } from './job-steps.js'
import styles from './job-tray.module.css'
import {
  announcement,
  batchAnnouncement,
  durationWords,
  endedBatch,
  isActive,
  isWaitingForUser,
  overallWords,
  progressWords,
  shownState,
  STATE_WORDS,
  trayBatch,
  trayJob,
  traySummary,
  type WorkInTray,
} from './job-words.js'
import { PauseButton } from './pause-button.js'

/** The last line of the window: what runs, or what ended last; it unfolds into that job's steps, commands and log. */
export function JobTray() {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const [open, setOpen] = useState(false)
  const { showJobs } = useAppActions()
  const job = trayJob(jobs)
  const batch = trayBatch(jobs)
  const ended = job === null || isActive(job) ? null : endedBatch(jobs, job)

  return (
    <footer className={styles.tray} aria-label="Job tray">
      {open && job !== null && <TrayPanel job={job} onAll={() => showJobs(job.id)} />}
      <div className={styles.line}>
        {job === null && <span className="dim">Jobs that you start are shown here</span>}
        {job !== null && batch !== null && <TrayBatch batch={batch} />}
        {job !== null && batch === null && (ended === null ? <TrayLine job={job} /> : <TrayEnded {...ended} />)}
        <span className={styles.summary}>{traySummary(jobs)}</span>
        <Tooltip label={open ? 'Fold' : 'Steps, commands, log'}>
          <ActionIcon
            aria-label={open ? 'Fold the job tray' : 'Unfold the job tray'}
            aria-expanded={open && job !== null}
            disabled={job === null}
            onClick={() => setOpen(!open)}
          >
            {open ? <ChevronDown size={16} aria-hidden /> : <ChevronUp size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      </div>
      <VisuallyHidden role="status" aria-live="polite">
        {batch === null ? job !== null && announcement(job) : batchAnnouncement(batch)}
      </VisuallyHidden>
    </footer>
  )
}

function TrayEnded({ title, jobs }: WorkInTray) {
  const { state } = batchProgress(jobs)
  return (
    <>
      <JobStateMark state={state === 'failed' || state === 'cancelled' ? state : 'succeeded'} />
      <strong className={`truncate ${styles.title}`}>
        <GuestText text={title} />
      </strong>
      <span className={`truncate ${styles.words}`}>{batchWords(jobs)}</span>
    </>
  )
}

function TrayLine({ job }: { readonly job: Job }) {
  const { showUpload } = useAppActions()
  const active = isActive(job)
  const now = useNow(active)
  return (
    <>
      <JobStateMark state={shownState(job)} paused={job.paused ?? false} attention={isWaitingForUser(job)} />
      <strong className={`truncate ${styles.title}`}>
        <GuestText text={job.title} />
      </strong>
      {active ? (
        <>
          <span className={styles.meter}>
            <Meter
              value={job.state === 'queued' ? 0 : job.progress}
              label={`Progress of ${job.title}`}
              tone={job.state === 'running' && !job.paused ? 'accent' : 'dim'}
            />
          </span>
          <span className={styles.words}>{progressWords(job)}</span>
          {isWaitingForUser(job) && (
            <Button size="xs" variant="filled" leftSection={<LogIn size={14} aria-hidden />} onClick={() => showUpload(job)}>
              Sign in…
            </Button>
          )}
          <JobActions job={job} compact />
        </>
      ) : (
        <span className={`truncate ${styles.words}`}>
          {[
            STATE_WORDS[shownState(job)].toLowerCase(),
            job.output?.bootTest?.reason ?? job.output?.proofs[0] ?? '',
            durationWords(job, now),
          ]
            .filter((part) => part !== '')
            .join(' · ')}
        </span>
      )}
    </>
  )
}

/** Where several jobs stand together. */
function TrayBatch({ batch }: { readonly batch: WorkInTray }) {
  const { reportFailure } = useAppActions()
  const now = useNow(true)
  const progress = batchProgress(batch.jobs, now)
  const active = batch.jobs.filter(isActive)
  const cancel = useMutation({
    mutationFn: () => Promise.all(active.map(({ id }) => call('jobs.cancel', { id }))),
    onError: reportFailure,
  })
  return (
    <>
      <JobStateMark state={progress.running > 0 ? 'running' : 'queued'} paused={progress.state === 'paused'} />
      <strong className={`truncate ${styles.title}`}>
        <GuestText text={batch.title} />
      </strong>
      <span className={styles.meter}>
        <Meter value={progress.fraction} label={`Progress of ${batch.title}`} tone={progress.state === 'running' ? 'accent' : 'dim'} />
      </span>
      <span className={styles.words}>{overallWords(progress)}</span>
      <PauseButton jobs={active} of={batch.title} compact />
      <Button size="xs" leftSection={<X size={14} aria-hidden />} disabled={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel all
      </Button>
    </>
  )
}

function TrayPanel({ job, onAll }: { readonly job: Job; readonly onAll: () => void }) {
  return (
    <section className={styles.panel} aria-label={job.title}>
      <div>
        <header className={styles.panelHeader}>
          <h3>Steps</h3>
          <Button size="xs" variant="subtle" onClick={onAll}>
            Show in Jobs
          </Button>
        </header>
        <JobSteps steps={job.steps} paused={job.paused} />
      </div>
      <JobCommands job={job} />
      <JobLog job={job} />
    </section>
  )
}
