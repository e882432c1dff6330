import type { Job } from '#shared/jobs/job'
import { Meter } from '../../components/meter.js'
import styles from './job-progress.module.css'
import { progressWords, runningStep } from './job-words.js'

/** Bar, percent, rate and time left of a job that has not ended. */
export function JobProgress({ job }: { readonly job: Job }) {
  const step = runningStep(job)
  return (
    <div className={styles.progress}>
      <Meter
        value={job.state === 'queued' ? 0 : job.progress}
        label={`Progress of ${job.title}`}
        tone={job.state === 'running' && !job.paused ? 'accent' : 'dim'}
      />
      <p className={styles.words}>
        <span>{progressWords(job)}</span>
        {step !== null && <span className="truncate">{step}</span>}
      </p>
    </div>
  )
}
