import { Ban, CircleCheck, CircleX, Clock, LoaderCircle, Unplug } from 'lucide-react'
import type { JobState } from '#shared/jobs/job'
import { STATE_WORDS } from './job-words.js'
import styles from './job-state.module.css'

const ICONS = {
  queued: Clock,
  running: LoaderCircle,
  cancelling: LoaderCircle,
  succeeded: CircleCheck,
  failed: CircleX,
  cancelled: Ban,
  interrupted: Unplug,
} as const

/** Icon of a state; with its word, or with the word as its name. */
export function JobStateMark({ state, withWord = false }: { readonly state: JobState; readonly withWord?: boolean }) {
  const Icon = ICONS[state]
  const spins = state === 'running' || state === 'cancelling'
  return (
    <span className={styles.mark} data-state={state} title={withWord ? undefined : STATE_WORDS[state]}>
      <Icon
        size={15}
        className={spins ? 'spin' : undefined}
        aria-hidden={withWord || undefined}
        aria-label={withWord ? undefined : STATE_WORDS[state]}
        role={withWord ? undefined : 'img'}
      />
      {withWord && STATE_WORDS[state]}
    </span>
  )
}
