import { Ban, CircleCheck, CircleX, Clock, KeyRound, LoaderCircle, Pause, Unplug } from 'lucide-react'
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

interface JobStateMarkProps {
  readonly state: JobState
  readonly paused?: boolean
  readonly withWord?: boolean
  /** It stands still until someone has signed in. */
  readonly attention?: boolean
}

/** Icon of a state; with its word, or with the word as its name. */
export function JobStateMark({ state, paused = false, withWord = false, attention = false }: JobStateMarkProps) {
  const isHeld = paused && (state === 'queued' || state === 'running')
  const Icon = attention ? KeyRound : isHeld ? Pause : ICONS[state]
  const word = attention ? 'Needs sign-in' : isHeld ? 'Paused' : STATE_WORDS[state]
  const spins = !isHeld && !attention && (state === 'running' || state === 'cancelling')
  return (
    <span className={styles.mark} data-state={attention ? 'attention' : isHeld ? 'paused' : state} title={withWord ? undefined : word}>
      <Icon
        size={15}
        className={spins ? 'spin' : undefined}
        aria-hidden={withWord || undefined}
        aria-label={withWord ? undefined : word}
        role={withWord ? undefined : 'img'}
      />
      {withWord && word}
    </span>
  )
}
