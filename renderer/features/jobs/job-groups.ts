import { batchProgress, earlierAttempts } from '#shared/jobs/batch-progress'
import type { Job } from '#shared/jobs/job'
import { byPosition, positionOf } from '#shared/jobs/job-order'
import { isActive, type JobFilter, matchesFilter } from './job-words.js'

/** Jobs that were started together, or one that was started alone. */
export interface JobGroup {
  readonly id: string
  /** Null for a job that was started alone. */
  readonly title: string | null
  /** All of it, earlier attempts too. */
  readonly all: readonly Job[]
  /** What the filter lets through, in the order of the queue. */
  readonly shown: readonly Job[]
}

/** What goes on first, in the order in which it began or will; then what has ended, the last first. */
export function groupJobs(jobs: readonly Job[], filter: JobFilter): JobGroup[] {
  const groups = new Map<string, Job[]>()
  for (const job of jobs) {
    const id = job.batch?.id ?? job.id
    groups.set(id, [...(groups.get(id) ?? []), job])
  }
  return [...groups]
    .map(([id, all]) => ({
      id,
      title: all[0]?.batch?.title ?? null,
      all,
      shown: all.filter((job) => matchesFilter(job, filter)).sort(byPosition),
    }))
    .filter(({ shown }) => shown.length > 0)
    .sort(byTurn)
}

function byTurn(one: JobGroup, other: JobGroup): number {
  const [first, second] = [one, other].map(({ all }) => all.filter(isActive).map(positionOf)) as [number[], number[]]
  if (first.length > 0 && second.length > 0) return Math.min(...first) - Math.min(...second)
  if (first.length > 0 || second.length > 0) return first.length > 0 ? -1 : 1
  return Math.max(...other.all.map(positionOf)) - Math.max(...one.all.map(positionOf))
}

/** Attempts that another one has taken the place of. */
export function superseded(jobs: readonly Job[]): ReadonlySet<string> {
  return new Set(earlierAttempts(jobs).map((job) => job.id))
}

/** `4 of 9 done · 1 failed`. */
export function batchWords(jobs: readonly Job[]): string {
  const { total, succeeded, failed, cancelled } = batchProgress(jobs)
  const parts = [`${succeeded} of ${total} done`, failed > 0 ? `${failed} failed` : '', cancelled > 0 ? `${cancelled} cancelled` : '']
  return parts.filter((part) => part !== '').join(' · ')
}

/** Where a queued job can be moved to, as the job that it would stand before: null for the end, undefined where it cannot be. */
export interface QueueMoves {
  readonly sooner: string | undefined
  readonly later: string | null | undefined
  /** To the head of the whole queue. */
  readonly next: string | undefined
}

/** Sooner and later among those that it was started with; several processes have queues of their own. */
export function queueMoves(jobs: readonly Job[], job: Job): QueueMoves {
  if (job.state !== 'queued') return { sooner: undefined, later: undefined, next: undefined }
  const queue = jobs.filter((other) => other.state === 'queued' && other.owner?.pid === job.owner?.pid).sort(byPosition)
  const group = queue.filter((other) => (other.batch?.id ?? null) === (job.batch?.id ?? null))
  const place = group.findIndex(({ id }) => id === job.id)
  const after = group[place + 1]
  const [head] = queue
  return {
    sooner: group[place - 1]?.id,
    later: after === undefined ? undefined : (queue.filter(({ id }) => id !== job.id)[indexAfter(queue, job.id, after.id)]?.id ?? null),
    next: head === undefined || head.id === job.id ? undefined : head.id,
  }
}

/** Index behind `after` in the queue without the one that moves. */
function indexAfter(queue: readonly Job[], moving: string, after: string): number {
  return queue.filter(({ id }) => id !== moving).findIndex(({ id }) => id === after) + 1
}

/** Before which job one that is dropped on another one comes: it takes the other's place. */
export function dropBefore(jobs: readonly Job[], dragged: string, target: string): string | null {
  const queue = jobs.filter((job) => job.state === 'queued').sort(byPosition)
  const [from, to] = [dragged, target].map((id) => queue.findIndex((job) => job.id === id)) as [number, number]
  return from < to ? (queue[to + 1]?.id ?? null) : target
}
