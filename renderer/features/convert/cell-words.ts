import { describeError } from '#shared/errors/describe-error'
import type { BatchProgress } from '#shared/jobs/batch-progress'
import type { BatchCell } from '#shared/jobs/convert-request'
import type { Job, JobStep } from '#shared/jobs/job'
import { formatBytes, formatDuration, formatRate } from '#shared/text/bytes'
import type { ArtifactId } from '#shared/platforms/artifact-ids'
import { artifact } from '#shared/platforms/artifacts'
import { count, formatPercent, formatSecondsLeft } from '../../components/format.js'
import { jobSeconds } from '../jobs/job-words.js'

export type CellTone = 'neutral' | 'dim' | 'accent' | 'green' | 'amber' | 'red' | 'proof'

/** What stands in a cell before anything runs. */
export interface PlanWords {
  /** `about 412 MiB`; empty where nothing is made. */
  readonly size: string
  /** The gravest thing to know, short. */
  readonly note: { readonly tone: 'neutral' | 'amber' | 'red'; readonly text: string } | null
  readonly more: number
}

const RANK = { error: 0, warning: 1, note: 2 } as const
const TONES = { error: 'red', warning: 'amber', note: 'neutral' } as const

export function planWords(cell: BatchCell): PlanWords {
  const size = cell.input === null ? '' : cell.estimateBytes === null ? 'size not known' : `about ${formatBytes(cell.estimateBytes)}`
  const exists = cell.exists ? [{ severity: 'warning' as const, text: 'replaces a file' }] : []
  const problem = cell.problem === null ? [] : [{ severity: 'error' as const, text: describeError(cell.problem).title }]
  const all = [...problem, ...exists, ...cell.notes].toSorted((one, other) => RANK[one.severity] - RANK[other.severity])
  const [first, ...others] = all
  if (first === undefined) return { size, note: null, more: 0 }
  // What is only good to know would fill every cell: it stands with the cell that is looked at.
  if (first.severity === 'note') return { size, note: { tone: 'neutral', text: count(all.length, 'note') }, more: 0 }
  return { size, note: { tone: TONES[first.severity], text: first.text }, more: others.length }
}

/** What it is about, up to the advice: a cell has two lines, and the whole stands with the cell that is looked at. */
export function shortNote(text: string): string {
  return text.split(/[:;.] /, 1)[0] ?? text
}

/** `+2 more`; empty for nothing more. */
export function moreWords(more: number): string {
  return more === 0 ? '' : `+${more} more`
}

/** What a screen reader says of a planned cell. */
export function planCellName(row: string, column: string, cell: BatchCell | undefined, left: boolean): string {
  const words = cell === undefined ? null : planWords(cell)
  const state =
    words === null ? 'being planned' : [words.size, words.note?.text ?? '', moreWords(words.more)].filter((part) => part !== '').join(', ')
  return `${row} for ${column}: ${left ? 'left out' : state}`
}

/** What stands in a cell whose job was started. */
export interface RunWords {
  readonly tone: CellTone
  readonly text: string
  /** 0..1 for a bar, null for one that cannot measure, undefined for none. */
  readonly bar?: number | null
  /** A state that ended stands as a badge. */
  readonly badge: boolean
}

/** How far the running step is by the job's overall progress; null where that is not measured. */
export function stepFraction(steps: readonly JobStep[], progress: number | null): number | null {
  const running = steps.find(({ state }) => state === 'running')
  if (running === undefined || progress === null || running.weight <= 0) return null
  const before = steps.filter(({ state }) => state === 'done' || state === 'skipped').reduce((sum, { weight }) => sum + weight, 0)
  return Math.min(1, Math.max(0, (progress - before) / running.weight))
}

/** `comparing 38 %`, `converting 62 % · 412 MB/s · 4 s left`: what it does now, and what was measured of that. */
function runningWords(job: Job): RunWords {
  const step = job.steps.find(({ state }) => state === 'running')
  const fraction = stepFraction(job.steps, job.progress)
  const compares = step !== undefined && /^compar/i.test(step.title)
  if (job.paused === true)
    return { tone: 'amber', text: fraction === null ? 'paused' : `paused at ${formatPercent(fraction)}`, bar: fraction, badge: false }
  const measured = [
    fraction === null ? null : formatPercent(fraction),
    job.rate === null || compares ? null : formatRate(job.rate),
    job.secondsLeft === null ? null : formatSecondsLeft(job.secondsLeft),
  ].filter((part) => part !== null)
  if (compares) return { tone: 'proof', text: ['comparing', ...measured.slice(0, 1)].join(' '), bar: fraction, badge: false }
  const text = measured.length > 0 ? measured.join(' · ') : (step?.title ?? 'starting')
  return { tone: 'accent', text, bar: fraction, badge: false }
}

/** `waiting for the disk` where the queue says so; a cell has no room for more. */
function queuedWords(message: string): string {
  if (/disk/i.test(message)) return 'waiting for the disk'
  return message === '' || /another|other/i.test(message) ? 'queued' : message
}

/** A job as a cell. `now` in milliseconds. */
export function runWords(job: Job, now: number): RunWords {
  switch (job.state) {
    case 'queued':
      if (job.paused === true) return { tone: 'amber', text: 'paused', badge: false }
      return { tone: 'dim', text: queuedWords(job.message), badge: false }
    case 'running':
      return runningWords(job)
    case 'cancelling':
      return { tone: 'dim', text: 'cancelling', badge: false }
    case 'succeeded':
      return { tone: 'green', text: doneWords(job, now), badge: true }
    case 'failed':
      return { tone: 'red', text: job.error === null ? 'failed' : describeError(job.error).title, badge: true }
    case 'cancelled':
      return { tone: 'neutral', text: 'cancelled', badge: true }
    case 'interrupted':
      return { tone: 'amber', text: 'interrupted', badge: true }
  }
}

/** `identical, 780 MiB, 9.0 s`; without a comparison, `done`. */
function doneWords(job: Job, now: number): string {
  const proven = job.output?.proofs.some((proof) => /identical/i.test(proof)) === true
  const seconds = jobSeconds(job, now)
  return [
    proven ? 'identical' : 'done',
    job.output === null ? null : formatBytes(job.output.bytes),
    seconds === null ? null : formatDuration(seconds),
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** `Convert 3 images for 2 targets`; a single target by its name. */
export function runTitle(sources: number, artifacts: readonly ArtifactId[]): string {
  const only = artifacts.length === 1 ? artifacts[0] : undefined
  return `Convert ${count(sources, 'image')} for ${only === undefined ? count(artifacts.length, 'target') : artifact(only).name}`
}

/** `4 of 9 done · 62 % · 412 MB/s · 4 s left`, then how it ended. */
export function progressFacts(progress: BatchProgress): string {
  const { total, succeeded, failed, cancelled, fraction, rate, secondsLeft, state } = progress
  const over = [
    succeeded === total ? (total === 1 ? 'The artifact is made' : `All ${total} artifacts made`) : `${succeeded} of ${total} made`,
    failed > 0 ? `${failed} failed` : null,
    cancelled > 0 ? `${cancelled} cancelled` : null,
  ]
  const live =
    state === 'running' || state === 'paused'
      ? [
          state === 'paused' ? 'paused' : null,
          fraction === null ? null : formatPercent(fraction),
          rate === null ? null : formatRate(rate),
          secondsLeft === null ? null : formatSecondsLeft(secondsLeft),
        ]
      : [state === 'waiting' ? 'waiting' : null]
  return [...over, ...live].filter((part) => part !== null).join(' · ')
}
