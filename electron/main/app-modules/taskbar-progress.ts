import { batchProgress, workAtHand } from '#shared/jobs/batch-progress'
import type { Job } from '#shared/jobs/job'

export interface TaskbarProgress {
  /** 0..1; below 0 shows none, above 1 one that tells no share. As Electron's `setProgressBar`. */
  readonly value: number
  readonly mode: 'none' | 'normal' | 'indeterminate' | 'error' | 'paused'
}

const NONE: TaskbarProgress = { value: -1, mode: 'none' }
const UNTOLD = 2

/** What the taskbar shows of the work at hand: its share, and whether it stands still or something of it failed. */
export function taskbarProgress(jobs: readonly Job[], now = Date.now()): TaskbarProgress {
  const work = workAtHand(jobs)
  if (work.length === 0) return NONE
  const { state, failed, fraction } = batchProgress(work, now)
  if (state === 'paused') return { value: fraction ?? 0, mode: 'paused' }
  if (failed > 0) return { value: fraction ?? 0, mode: 'error' }
  return fraction === null ? { value: UNTOLD, mode: 'indeterminate' } : { value: fraction, mode: 'normal' }
}
