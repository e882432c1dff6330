import { Check, Circle, LoaderCircle, Minus, Pause, X } from 'lucide-react'
import type { JobStep } from '#shared/jobs/job'
import { formatDuration } from '#shared/text/bytes'
import styles from './job-steps.module.css'

const ICONS = { waiting: Circle, running: LoaderCircle, done: Check, failed: X, skipped: Minus } as const
const WORDS = { waiting: 'waiting', running: 'running', done: 'done', failed: 'failed', skipped: 'not needed' } as const

/** The steps of a job, with the seconds each took. */
export function JobSteps({ steps, paused = false }: { readonly steps: readonly JobStep[]; readonly paused?: boolean | undefined }) {
  return (
    <ol className={styles.steps}>
      {steps.map((step) => {
        const isHeld = paused && step.state === 'running'
        const Icon = isHeld ? Pause : ICONS[step.state]
        const spins = step.state === 'running' && !isHeld
        return (
          <li key={step.id} className={styles.step} data-state={isHeld ? 'paused' : step.state}>
            <Icon size={14} className={spins ? 'spin' : undefined} role="img" aria-label={isHeld ? 'paused' : WORDS[step.state]} />
            <span className={styles.title}>{step.title}</span>
            <span className={styles.seconds}>
              {step.state === 'skipped' ? 'not needed' : step.seconds === null ? '' : formatDuration(step.seconds)}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
