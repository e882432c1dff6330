import { ActionIcon, Button, Tooltip, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import type { Job } from '#shared/jobs/job'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { GuestText } from '../../components/guest-text.js'
import { Meter } from '../../components/meter.js'
import { useNow } from '../../components/use-now.js'
import { JobActions } from './job-actions.js'
import { JobCommands, JobLog } from './job-log.js'
import { JobStateMark } from './job-state.js'
import { JobSteps } from './job-steps.js'
import styles from './job-tray.module.css'
import { announcement, durationWords, isActive, progressWords, STATE_WORDS, trayJob, traySummary } from './job-words.js'

/** The last line of the window: what runs, or what ended last; it unfolds into that job's steps, commands and log. */
export function JobTray() {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const [open, setOpen] = useState(false)
  const { showJobs } = useAppActions()
  const job = trayJob(jobs)

  return (
    <footer className={styles.tray} aria-label="Job tray">
      {open && job !== null && <TrayPanel job={job} onAll={() => showJobs(job.id)} />}
      <div className={styles.line}>
        {job === null ? <span className="dim">Jobs that you start are shown here</span> : <TrayLine job={job} />}
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
        {job === null ? '' : announcement(job)}
      </VisuallyHidden>
    </footer>
  )
}

function TrayLine({ job }: { readonly job: Job }) {
  const active = isActive(job)
  const now = useNow(active)
  return (
    <>
      <JobStateMark state={job.state} />
      <strong className={`truncate ${styles.title}`}>
        <GuestText text={job.title} />
      </strong>
      {active ? (
        <>
          <span className={styles.meter}>
            <Meter
              value={job.state === 'queued' ? 0 : job.progress}
              label={`Progress of ${job.title}`}
              tone={job.state === 'running' ? 'accent' : 'dim'}
            />
          </span>
          <span className={styles.words}>{progressWords(job)}</span>
          <JobActions job={job} />
        </>
      ) : (
        <span className={`truncate ${styles.words}`}>
          {[STATE_WORDS[job.state].toLowerCase(), ...(job.output?.proofs.slice(0, 1) ?? []), durationWords(job, now)]
            .filter((part) => part !== '')
            .join(' · ')}
        </span>
      )}
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
        <JobSteps steps={job.steps} />
      </div>
      <JobCommands job={job} />
      <JobLog job={job} />
    </section>
  )
}
