import { Button } from '@mantine/core'
import { MonitorPlay, Rocket, Table2 } from 'lucide-react'
import type { Job } from '#shared/jobs/job'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { GuestText } from '../../components/guest-text.js'
import { useNow } from '../../components/use-now.js'
import { uploadInput } from '../clouds/upload-jobs.js'
import { requestOf } from '../boot-test/boot-tests.js'
import { JobActions } from './job-actions.js'
import { RunNext } from './run-next.js'
import styles from './job-details.module.css'
import { JobCommands, JobLog } from './job-log.js'
import { JobOutputView } from './job-output.js'
import { JobProgress } from './job-progress.js'
import { JobStateMark } from './job-state.js'
import { JobSteps } from './job-steps.js'
import { durationWords, isActive, isWaitingForUser, shownState } from './job-words.js'
import { AppError } from '#shared/errors/app-error'

function localTime(iso: string): string {
  return new Date(iso).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
}

/** All that is known of one job. */
export function JobDetails({ job }: { readonly job: Job }) {
  const now = useNow(isActive(job))
  const duration = durationWords(job, now)
  return (
    <article className={`card ${styles.details}`} aria-label={job.title}>
      <header className={styles.header}>
        <div className={styles.words}>
          <h2>
            <GuestText text={job.title} />
          </h2>
          <p className={styles.facts}>
            <JobStateMark state={shownState(job)} paused={job.paused ?? false} attention={isWaitingForUser(job)} withWord />
            <span className="dim">{localTime(job.createdAt)}</span>
            {duration !== '' && <span className="dim">{duration}</span>}
          </p>
        </div>
        <div className={styles.actions}>
          <TableButton job={job} />
          <BootTestButton job={job} />
          <UploadButton job={job} />
          <RunNext job={job} />
          <JobActions job={job} />
        </div>
      </header>
      {isActive(job) && <JobProgress job={job} />}
      {job.message !== '' && job.state === 'running' && !job.paused && <p className="dim">{job.message}</p>}
      {job.attention && <ErrorNotice error={AppError.fromData(job.attention)} tone="amber" />}
      {job.error !== null && job.state !== 'cancelled' && <ErrorNotice error={AppError.fromData(job.error)} />}
      {job.output !== null && <JobOutputView output={job.output} kind={job.kind} upload={uploadInput(job)?.upload} />}
      {job.steps.length > 0 && (
        <section aria-label="Steps">
          <h3 className={styles.heading}>Steps</h3>
          <JobSteps steps={job.steps} paused={job.paused} />
        </section>
      )}
      <JobCommands job={job} />
      <JobLog job={job} />
    </article>
  )
}

/** A boot test is shown with its image: its console, its verdict, its time line. */
function BootTestButton({ job }: { readonly job: Job }) {
  const { showBootTest } = useAppActions()
  const source = requestOf(job)?.source
  if (source === undefined) return null
  return (
    <Button size="xs" leftSection={<MonitorPlay size={14} aria-hidden />} onClick={() => showBootTest(source, job.id)}>
      Show boot test
    </Button>
  )
}

/** An upload is shown where it was put together: what to sign in with, what came out of it. */
function UploadButton({ job }: { readonly job: Job }) {
  const { showUpload } = useAppActions()
  if (job.kind !== 'upload-image') return null
  return (
    <Button
      size="xs"
      variant={isWaitingForUser(job) ? 'filled' : 'default'}
      leftSection={<Rocket size={14} aria-hidden />}
      onClick={() => showUpload(job)}
    >
      {isWaitingForUser(job) ? 'Sign in…' : 'Show upload'}
    </Button>
  )
}

/** Jobs of a batch of conversions stand in a table: images down, targets across. */
function TableButton({ job }: { readonly job: Job }) {
  const { showBatch } = useAppActions()
  const id = job.kind === 'convert-image' ? job.batch?.id : undefined
  if (id === undefined) return null
  return (
    <Button size="xs" leftSection={<Table2 size={14} aria-hidden />} onClick={() => showBatch(id)}>
      Show as table
    </Button>
  )
}
