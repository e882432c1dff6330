import { Check } from 'lucide-react'
import { isBefore, STEP_TITLES, type StepId } from '../../features/clouds/ship-steps.js'
import styles from './stepper.module.css'

interface StepperProps {
  readonly steps: readonly StepId[]
  readonly current: StepId
  readonly reached: StepId
  /** Steps that something is missing in. */
  readonly open: ReadonlySet<StepId>
  /** Nothing can be changed any more. */
  readonly frozen: boolean
  readonly onGo: (step: StepId) => void
}

/** Where the wizard is; what was reached can be gone back to. */
export function Stepper({ steps, current, reached, open, frozen, onGo }: StepperProps) {
  return (
    <nav aria-label="Steps of the upload">
      <ol className={styles.steps}>
        {steps.map((step, at) => {
          const isCurrent = step === current
          const isDone = frozen
            ? isBefore(step, current)
            : isBefore(step, reached) && !isCurrent && !open.has(step) && isBefore(step, 'run')
          const canGo = !frozen && !isCurrent && !isBefore(reached, step)
          return (
            <li key={step} className={styles.item}>
              <button
                type="button"
                className={styles.step}
                data-state={isCurrent ? 'current' : isDone ? 'done' : 'later'}
                aria-current={isCurrent ? 'step' : undefined}
                disabled={!canGo && !isCurrent}
                onClick={() => canGo && onGo(step)}
              >
                <span className={styles.mark}>{isDone ? <Check size={12} strokeWidth={2.4} role="img" aria-label="done" /> : at + 1}</span>
                <span className={styles.word}>{STEP_TITLES[step]}</span>
              </button>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}
