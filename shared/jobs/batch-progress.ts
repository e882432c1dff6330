import type { Job } from './job.js'
import { ENDED_STATES } from './job-states.js'
import { byPosition, positionOf } from './job-order.js'

/** Where the jobs of a batch, or any others, stand together. */
export interface BatchProgress {
  /** Jobs that count; of several attempts at the same item only the last one does. */
  readonly total: number
  readonly succeeded: number
  /** Failed, and interrupted by a crash. */
  readonly failed: number
  readonly cancelled: number
  readonly running: number
  readonly queued: number
  /** Queued ones that are held and running ones that stand still; they are counted above as well. */
  readonly paused: number
  /** Done of all, 0..1, by the bytes that are read; null while nothing can be told. What will not be done any more counts as over. */
  readonly fraction: number | null
  /** Bytes per second of all that run, or null. */
  readonly rate: number | null
  /** By the pace so far, or null. */
  readonly secondsLeft: number | null
  readonly state: 'waiting' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled'
}

/** Below this a pace would be noise. */
const MIN_SECONDS = 2

/** Of several attempts at the same item of a batch the last one; jobs without a batch all. In the order of the queue. */
export function lastAttempts(jobs: readonly Job[]): Job[] {
  const last = new Map<string, Job>()
  for (const job of jobs.toSorted(byAttempt)) last.set(job.batch ? `${job.batch.id} ${job.batch.index}` : job.id, job)
  return [...last.values()].sort(byPosition)
}

/** Earlier attempts: those whose item was tried again since. */
export function earlierAttempts(jobs: readonly Job[]): Job[] {
  const last = new Set(lastAttempts(jobs).map((job) => job.id))
  return jobs.filter((job) => !last.has(job.id)).sort(byPosition)
}

/** What has not succeeded and does not go on: what `retryFailed` starts again. */
export function retriable(jobs: readonly Job[]): Job[] {
  return lastAttempts(jobs).filter((job) => ENDED_STATES.has(job.state) && job.state !== 'succeeded')
}

/** The work at hand: what has not ended, with all of the batches that it belongs to. */
export function workAtHand(jobs: readonly Job[]): Job[] {
  const active = jobs.filter((job) => !ENDED_STATES.has(job.state))
  const batches = new Set(active.flatMap((job) => (job.batch ? [job.batch.id] : [])))
  return jobs.filter((job) => (job.batch ? batches.has(job.batch.id) : active.includes(job)))
}

/** Where jobs stand together. `now` in milliseconds. */
export function batchProgress(jobs: readonly Job[], now = Date.now()): BatchProgress {
  const items = lastAttempts(jobs)
  const count = (test: (job: Job) => boolean) => items.filter(test).length
  const active = items.filter((job) => !ENDED_STATES.has(job.state))
  const counts = {
    total: items.length,
    succeeded: count((job) => job.state === 'succeeded'),
    failed: count((job) => job.state === 'failed' || job.state === 'interrupted'),
    cancelled: count((job) => job.state === 'cancelled'),
    running: count((job) => job.state === 'running' || job.state === 'cancelling'),
    queued: count((job) => job.state === 'queued'),
    paused: active.filter((job) => job.paused).length,
  }
  const weigh = weigher(items)
  const whole = items.reduce((sum, job) => sum + weigh(job), 0)
  const done = items.reduce((sum, job) => sum + weigh(job) * doneOf(job), 0)
  const measured = items.some((job) => ENDED_STATES.has(job.state) || job.progress !== null)
  const rates = active.flatMap((job) => (job.rate === null || job.paused ? [] : [job.rate]))
  return {
    ...counts,
    fraction: whole > 0 && measured ? Math.min(1, done / whole) : null,
    rate: rates.length > 0 ? rates.reduce((sum, rate) => sum + rate, 0) : null,
    secondsLeft: secondsLeft(items, weigh, whole - done, now),
    state: stateOf(counts, active),
  }
}

/** Where an interruption left a position behind, the later record counts. */
function byAttempt(one: Job, other: Job): number {
  return Date.parse(one.createdAt) - Date.parse(other.createdAt) || positionOf(one) - positionOf(other)
}

function doneOf(job: Job): number {
  return ENDED_STATES.has(job.state) ? 1 : (job.progress ?? 0)
}

/** A job of unknown size weighs as much as those of known size do on average. */
function weigher(jobs: readonly Job[]): (job: Job) => number {
  const known = jobs.flatMap(({ weight }) => (weight !== undefined && weight > 0 ? [weight] : []))
  const mean = known.length > 0 ? known.reduce((sum, weight) => sum + weight, 0) / known.length : 1
  return ({ weight }) => (weight !== undefined && weight > 0 ? weight : mean)
}

/** What is left by the pace of one job so far, times the jobs that run beside each other. */
function secondsLeft(jobs: readonly Job[], weigh: (job: Job) => number, left: number, now: number): number | null {
  const running = jobs.filter((job) => job.state === 'running' && !job.paused)
  const worked = [...running, ...jobs.filter((job) => job.state === 'succeeded')]
  const seconds = worked.reduce((sum, job) => sum + secondsOf(job, now), 0)
  const work = worked.reduce((sum, job) => sum + weigh(job) * doneOf(job), 0)
  if (running.length === 0 || seconds < MIN_SECONDS || work <= 0) return null
  return (left * seconds) / (work * running.length)
}

/** Seconds that a job worked, without those it stood still. */
function secondsOf(job: Job, now: number): number {
  if (job.startedAt === null) return 0
  const end = job.endedAt === null ? now : Date.parse(job.endedAt)
  return Math.max(0, (end - Date.parse(job.startedAt)) / 1000 - (job.pausedSeconds ?? 0))
}

function stateOf(
  counts: Pick<BatchProgress, 'total' | 'failed' | 'cancelled' | 'running'>,
  active: readonly Job[],
): BatchProgress['state'] {
  if (active.length > 0 && active.every((job) => job.paused)) return 'paused'
  if (counts.running > 0) return 'running'
  if (active.length > 0) return 'waiting'
  if (counts.failed > 0) return 'failed'
  return counts.cancelled > 0 ? 'cancelled' : 'succeeded'
}
