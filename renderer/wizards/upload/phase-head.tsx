import { Ban, CircleCheck, CircleX, Clock, KeyRound, LoaderCircle, Pause } from 'lucide-react'
import type { UploadPhase } from '#shared/clouds/upload-request'
import type { Job } from '#shared/jobs/job'
import { visibleText } from '../../components/visible-text.js'
import { PHASE_WORDS } from '../../features/clouds/upload-words.js'
import { durationWords, isActive } from '../../features/jobs/job-words.js'
import { useNow } from '../../components/use-now.js'
import styles from './run-step.module.css'

const ICONS = {
  cancelled: Ban,
  ready: CircleCheck,
  failed: CircleX,
  'needs sign-in': KeyRound,
  waits: Clock,
  paused: Pause,
  works: LoaderCircle,
} as const

/** What it is doing, in one word that is the same everywhere. */
export function PhaseHead({ job, phase }: { readonly job: Job; readonly phase: UploadPhase | null }) {
  const active = isActive(job)
  const now = useNow(active)
  const shown = iconOf(job, phase)
  const Icon = ICONS[shown]
  return (
    <div className={styles.phase} data-phase={phase ?? job.state}>
      <Icon size={20} className={shown === 'works' ? 'spin' : undefined} aria-hidden />
      <h2>
        <span role="status">{wordOf(job, phase)}</span>
      </h2>
      <span className="dim">{active && job.message !== '' && !job.paused ? visibleText(job.message) : durationWords(job, now)}</span>
    </div>
  )
}

function wordOf(job: Job, phase: UploadPhase | null): string {
  if (job.state === 'queued') return 'Waiting'
  if (job.state === 'cancelling') return 'Cancelling'
  if (job.state === 'cancelled') return 'Cancelled'
  if (phase === 'needs sign-in') return PHASE_WORDS[phase]
  if (job.paused) return 'Paused'
  return phase === null ? 'Starting' : PHASE_WORDS[phase]
}

function iconOf(job: Job, phase: UploadPhase | null): keyof typeof ICONS {
  if (job.state === 'cancelled') return 'cancelled'
  if (phase === 'ready' || phase === 'failed' || phase === 'needs sign-in') return phase
  if (job.state === 'queued') return 'waits'
  return job.paused ? 'paused' : 'works'
}
