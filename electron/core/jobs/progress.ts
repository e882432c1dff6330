import type { Job, JobStep } from '#shared/jobs/job'
import type { StepProgress } from '../operations/job-context.js'
import type { DeclaredStep } from './job-definition.js'

export type ProgressView = Pick<Job, 'steps' | 'progress' | 'rate' | 'secondsLeft'>

/** Seconds that a rate looks back. */
const WINDOW_SECONDS = 5
/** Below this a rate would be noise. */
const MIN_SPAN_SECONDS = 0.5

/** Steps of a job, and what can be said about them: the weighted sum, which never goes back, and the measured rate. */
export interface JobProgress {
  view(): ProgressView
  begin(id: string): StepProgress
  end(id: string, state: 'done' | 'failed' | 'skipped'): void
}

/** Every step waits, its weight scaled so that all add up to 1. */
export function waitingSteps(declared: readonly DeclaredStep[]): JobStep[] {
  const total = declared.reduce((sum, step) => sum + step.weight, 0)
  return declared.map(({ id, title, weight }) => ({
    id,
    title,
    weight: total > 0 ? weight / total : 1 / declared.length,
    state: 'waiting',
    seconds: null,
  }))
}

/** `now` gives seconds. `changed` is called after every change of what `view` shows. */
export function createJobProgress(declared: readonly DeclaredStep[], now: () => number, changed: () => void): JobProgress {
  let steps = waitingSteps(declared)
  let progress: number | null = null
  let meter: RateMeter | null = null
  const fractions = new Map<string, number>()
  const startedAt = new Map<string, number>()

  function measure(): void {
    const measured = fractions.size > 0
    const sum = steps.reduce((all, step) => all + step.weight * (fractions.get(step.id) ?? 0), 0)
    if (measured) progress = Math.min(1, Math.max(progress ?? 0, sum))
    changed()
  }

  function update(id: string, change: Partial<JobStep>): void {
    if (!steps.some((step) => step.id === id)) throw new Error(`step ${id} was not declared`)
    steps = steps.map((step) => (step.id === id ? { ...step, ...change } : step))
  }

  function advance(id: string, fraction: number): void {
    const running = steps.find((step) => step.id === id)?.state === 'running'
    if (!running || !Number.isFinite(fraction)) return
    fractions.set(id, Math.min(1, Math.max(fractions.get(id) ?? 0, fraction)))
    measure()
  }

  return {
    view: () => ({ steps, progress, rate: meter?.rate() ?? null, secondsLeft: meter?.secondsLeft() ?? null }),
    begin(id) {
      update(id, { state: 'running' })
      startedAt.set(id, now())
      const own = createRateMeter(now)
      changed()
      return {
        fraction: (value) => advance(id, value),
        bytes(done, total) {
          own.add(done, total)
          meter = own
          advance(id, total > 0 ? done / total : Number.NaN)
        },
      }
    },
    end(id, state) {
      const from = startedAt.get(id)
      update(id, { state, seconds: from === undefined ? 0 : now() - from })
      meter = null
      if (state === 'failed') changed()
      else {
        fractions.set(id, 1)
        measure()
      }
    },
  }
}

interface RateMeter {
  add(done: number, total: number): void
  /** Bytes per second over the last seconds, or null while there is too little to tell. */
  rate(): number | null
  secondsLeft(): number | null
}

/** Measures a rate over a sliding window. `now` gives seconds. */
export function createRateMeter(now: () => number): RateMeter {
  let samples: { at: number; done: number }[] = []
  let left = 0

  function rate(): number | null {
    const [first, last] = [samples[0], samples.at(-1)]
    if (!first || !last || last.at - first.at < MIN_SPAN_SECONDS) return null
    return (last.done - first.done) / (last.at - first.at)
  }

  return {
    add(done, total) {
      const at = now()
      // A count that goes back is a new beginning; a rate across it would be wrong.
      if (done < (samples.at(-1)?.done ?? 0)) samples = []
      const recent = samples.filter((sample) => at - sample.at <= WINDOW_SECONDS)
      samples = [...(recent.length > 0 ? recent : samples.slice(-1)), { at, done }]
      left = Math.max(0, total - done)
    },
    rate,
    secondsLeft() {
      const speed = rate()
      return speed === null || speed <= 0 ? null : left / speed
    },
  }
}
