import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { AppError } from '#shared/errors/app-error'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { GuestText } from '../../components/guest-text.js'
import { JobActions } from './job-actions.js'
import { JobOutputView } from './job-output.js'
import { JobProgress } from './job-progress.js'
import styles from './job-run.module.css'
import { JobStateMark } from './job-state.js'
import { JobSteps } from './job-steps.js'
import { isActive } from './job-words.js'
import { useShownJob } from './shown-jobs.js'

interface JobRunProps {
  readonly id: string
  /** The dialog around it closes before the window goes somewhere else. */
  readonly onLeave: () => void
  readonly onAgain: () => void
  /** Starts the same once more, as things are now: after a sign-in, say. */
  readonly onAnew?: () => void
}

/** A job inside the dialog that started it: progress, then the result or what went wrong. */
export function JobRun({ id, onLeave, onAgain, onAnew }: JobRunProps) {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const { showJobs } = useAppActions()
  useShownJob(id)
  const job = jobs.find((one) => one.id === id)
  if (job === undefined) return null
  return (
    <article className={styles.run} aria-label={job.title}>
      <header className={styles.header}>
        <h3 className={styles.title}>
          <GuestText text={job.title} />
        </h3>
        <JobStateMark state={job.state} paused={job.paused ?? false} withWord />
      </header>
      {isActive(job) && <JobProgress job={job} />}
      <JobSteps steps={job.steps} paused={job.paused} />
      {job.error !== null && job.state !== 'cancelled' && (
        <ErrorNotice error={AppError.fromData(job.error)} onRetry={onAnew} onChooseOutput={onAgain} />
      )}
      {job.output !== null && <JobOutputView output={job.output} kind={job.kind} onLeave={onLeave} />}
      <footer className={styles.footer}>
        {isActive(job) ? (
          <JobActions job={job} />
        ) : (
          job.state !== 'succeeded' && (
            <Button size="xs" onClick={onAgain}>
              Change and try again
            </Button>
          )
        )}
        <Button
          size="xs"
          variant="subtle"
          onClick={() => {
            onLeave()
            showJobs(job.id)
          }}
        >
          Commands and log
        </Button>
      </footer>
      {isActive(job) && <p className="caption">You can close this; the job goes on in the tray below.</p>}
    </article>
  )
}
