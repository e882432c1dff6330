import type { LockMode } from './lock-files.js'

/** The rule of the queue: by what is written where, not by a count. */
export interface DiskUse {
  /** The same for all that lies on the same device. */
  readonly id: string
  readonly rotational: boolean
}

/** What a job needs in order to run. */
export interface JobNeeds {
  readonly title: string
  /** Held by the user: it does not begin, or it stands still. */
  readonly paused: boolean
  readonly locks: ReadonlyMap<string, LockMode>
  /** Disks that it writes to. */
  readonly disks: readonly DiskUse[]
}

export interface QueueLimits {
  /** Jobs that run at one time. */
  readonly jobs: number
  /** Jobs that write to the same disk at one time, where it does not turn. A turning one takes one: two would make it seek. */
  readonly perDisk: number
}

export type Verdict =
  | { readonly run: true }
  | { readonly run: false; readonly why: 'paused' | 'disk' | 'jobs' }
  | { readonly run: false; readonly why: 'lock'; readonly holder: string }

/** Jobs pack and compare by all cores already; more than these only get in each other's way. */
const MOST_BY_CORES = 4
const PER_DISK = 2

/** `maxJobs` is the user's own number: it holds for disks that do not turn as well. */
export function limitsOf(maxJobs: 'auto' | number, cores: number): QueueLimits {
  if (maxJobs === 'auto') return { jobs: Math.min(Math.max(cores, 2), MOST_BY_CORES), perDisk: PER_DISK }
  return { jobs: maxJobs, perDisk: Math.max(maxJobs, PER_DISK) }
}

/**
 * Whether a job may begin. `ahead` are those that wait before it: none overtakes one that needs the same file, so writers do not starve.
 * What stands still uses no disk and no core, but keeps its files; what is held in the queue keeps nobody waiting.
 */
export function mayRun(job: JobNeeds, running: readonly JobNeeds[], ahead: readonly JobNeeds[], limits: QueueLimits): Verdict {
  if (job.paused) return { run: false, why: 'paused' }
  const holder = [...running, ...ahead.filter((other) => !other.paused)].find((other) => conflicts(other.locks, job.locks))
  if (holder) return { run: false, why: 'lock', holder: holder.title }
  const moving = running.filter((other) => !other.paused)
  if (moving.length >= limits.jobs) return { run: false, why: 'jobs' }
  const full = job.disks.some(({ id, rotational }) => writersOn(id, moving) >= (rotational ? 1 : limits.perDisk))
  return full ? { run: false, why: 'disk' } : { run: true }
}

/** Why it waits, for its record; empty for one that runs. */
export function waitingWords(verdict: Verdict): string {
  if (verdict.run) return ''
  switch (verdict.why) {
    case 'paused':
      return 'Paused'
    case 'disk':
      return 'Waiting for the disk'
    case 'jobs':
      return 'Waiting for another job to end'
    case 'lock':
      return `Waiting for: ${verdict.holder}`
  }
}

export function conflicts(one: ReadonlyMap<string, LockMode>, other: ReadonlyMap<string, LockMode>): boolean {
  return [...one].some(([key, mode]) => other.has(key) && (mode === 'write' || other.get(key) === 'write'))
}

function writersOn(disk: string, jobs: readonly JobNeeds[]): number {
  return jobs.filter((job) => job.disks.some(({ id }) => id === disk)).length
}
