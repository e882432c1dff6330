import { Check, Circle, LoaderCircle, Minus, X } from 'lucide-react'
import type { JobStep } from '#shared/jobs/job'
import { formatDuration } from '#shared/text/bytes'
import styles from './job-steps.module.css'

const ICONS = { waiting: Circle, running: LoaderCircle, done: Check, failed: X, skipped: Minus } as const
const WORDS = { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed', skipped: 'not needed' } as const

/** The steps of a job, with the seconds each took. */
export function JobSteps({ steps }: { readonly steps: readonly JobStep[] }) {
  return (
    <ol className={styles.steps}>
      {steps.map((step) => {
        const Icon = ICONS[step.state]
        return (
          <li key={step.id} className={styles.step} data-state={step.state}>
            <Icon size={14} className={step.state === 'running' ? 'spin' : undefined} role="img" aria-label={WORDS[step.state]} />
            <span className={styles.title}>{step.title}</span>
            <span className={styles.seconds}>
              {step.seconds !== null ? formatDuration(step.seconds) : step.state === 'skipped' ? 'not needed' : ''}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
