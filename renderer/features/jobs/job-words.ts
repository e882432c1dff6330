import { type BatchProgress, batchProgress, workAtHand } from '#shared/jobs/batch-progress'
import type { Job } from '#shared/jobs/job'
import { ENDED_STATES, type JobState } from '#shared/jobs/job-states'
import { formatDuration, formatRate } from '#shared/text/bytes'
import { formatPercent, formatSecondsLeft } from '../../components/format.js'

export const STATE_WORDS: Readonly<Record<JobState, string>> = {
  queued: 'Queued',
  running: 'Running',
  cancelling: 'Cancelling',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted',
}

export type JobFilter = 'all' | 'active' | 'succeeded' | 'failed' | 'cancelled'

/** A boot test that has come to a verdict, and to none that one hopes for. */
export function isNotPassed(output: Job['output']): boolean {
  const verdict = output?.bootTest?.verdict
  return verdict === 'fail' || verdict === 'timeout'
}

/** How a job stands: a boot test that did its work and was not passed is told as a failure. */
export function shownState({ state, output }: Pick<Job, 'state' | 'output'>): JobState {
  return isNotPassed(output) ? 'failed' : state
}

/** `interrupted` is a failure that nobody saw; it stands with them. */
export function matchesFilter(job: Job, filter: JobFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'active':
      return !ENDED_STATES.has(job.state)
    case 'failed':
      return shownState(job) === 'failed' || job.state === 'interrupted'
    default:
      return shownState(job) === filter
  }
}

export function isActive(job: Job): boolean {
  return !ENDED_STATES.has(job.state)
}

/** It stands still until someone did what it asks for. */
export function isWaitingForUser(job: Pick<Job, 'attention'>): boolean {
  return job.attention !== null && job.attention !== undefined
}

/** Seconds from start to end, or to `now` (milliseconds) while it runs, without those it stood still; null before it starts. */
export function jobSeconds(job: Job, now: number): number | null {
  if (job.startedAt === null) return null
  const end = job.endedAt === null ? now : Date.parse(job.endedAt)
  return Math.max(0, (end - Date.parse(job.startedAt)) / 1000 - (job.pausedSeconds ?? 0))
}

/** `62 % · 412 MB/s · 4 s left`, only what was measured; or why it waits. */
export function progressWords(job: Job): string {
  if (job.state === 'queued') return job.message === '' ? 'waiting' : `${job.message.slice(0, 1).toLowerCase()}${job.message.slice(1)}`
  if (job.state === 'cancelling') return 'cancelling'
  if (isWaitingForUser(job)) return 'needs sign-in'
  const parts = [
    job.phase ?? null,
    job.progress === null ? null : formatPercent(job.progress),
    job.rate === null ? null : formatRate(job.rate),
    job.secondsLeft === null ? null : formatSecondsLeft(job.secondsLeft),
    job.paused ? 'paused' : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'working' : parts.join(' · ')
}

/** `62 % · 412 MB/s · 4 s left` of several jobs together. */
export function overallWords({ fraction, rate, secondsLeft, state }: BatchProgress): string {
  const parts = [
    fraction === null ? null : formatPercent(fraction),
    rate === null ? null : formatRate(rate),
    secondsLeft === null ? null : formatSecondsLeft(secondsLeft),
    state === 'paused' ? 'paused' : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'waiting' : parts.join(' · ')
}

/** `Convert disk.qcow2` and ` to VirtualBox VDI`; a title that names no end is whole. */
export function titleParts(title: string): readonly [string, string] {
  const at = title.lastIndexOf(' to ')
  return at < 0 ? [title, ''] : [title.slice(0, at), title.slice(at)]
}

/** The step that runs now, if one does. */
export function runningStep(job: Job): string | null {
  return job.steps.find((step) => step.state === 'running')?.title ?? null
}

/** What a screen reader hears; quarters only, so that it is not talked over. */
export function announcement(job: Job): string {
  if (!isActive(job)) return `${job.title}: ${STATE_WORDS[shownState(job)].toLowerCase()}`
  const quarter = job.progress === null ? 0 : Math.floor(job.progress * 4) * 25
  return quarter === 0 ? `${job.title}: ${STATE_WORDS[job.state].toLowerCase()}` : `${job.title}: ${quarter} %`
}

/** `1 running · 2 queued`, or `No job running`; one that is paused neither runs nor waits for its turn. */
export function traySummary(jobs: readonly Job[]): string {
  const active = jobs.filter(isActive)
  const going = active.filter((job) => !job.paused)
  const queued = going.filter((job) => job.state === 'queued').length
  const running = going.length - queued
  const paused = active.length - going.length
  const parts = [
    running > 0 ? `${running} running` : null,
    queued > 0 ? `${queued} queued` : null,
    paused > 0 ? `${paused} paused` : null,
  ].filter((part) => part !== null)
  return parts.length === 0 ? 'No job running' : parts.join(' · ')
}

/** The job the tray shows: what runs, else what waits, else what ended last. */
export function trayJob(jobs: readonly Job[]): Job | null {
  const running = jobs.findLast((job) => job.state === 'running' || job.state === 'cancelling')
  if (running !== undefined) return running
  const queued = jobs.findLast((job) => job.state === 'queued')
  if (queued !== undefined) return queued
  return jobs.reduce<Job | null>((last, job) => (last === null || (job.endedAt ?? '') > (last.endedAt ?? '') ? job : last), null)
}

/** `2.1 s` for what has ended or runs; an empty string before. */
export function durationWords(job: Job, now: number): string {
  const seconds = jobSeconds(job, now)
  return seconds === null ? '' : formatDuration(seconds)
}

/** What the tray shows as one. */
export interface WorkInTray {
  readonly title: string
  readonly jobs: readonly Job[]
}

/** The work at hand where a batch is part of it; null where single jobs are all of it. */
export function trayBatch(jobs: readonly Job[]): WorkInTray | null {
  const work = workAtHand(jobs)
  const titles = new Map(work.flatMap(({ batch }) => (batch ? [[batch.id, batch.title]] : [])))
  if (titles.size === 0) return null
  const [title] = titles.values()
  const isOneBatch = titles.size === 1 && work.every((job) => job.batch)
  return { title: isOneBatch && title !== undefined ? title : `${work.length} jobs`, jobs: work }
}

/** The batch of the job that ended last, told as one; null for a job that was started alone. */
export function endedBatch(jobs: readonly Job[], last: Job): WorkInTray | null {
  const { batch } = last
  if (!batch || batch.count < 2) return null
  return { title: batch.title, jobs: jobs.filter((job) => job.batch?.id === batch.id) }
}

/** Quarters only, as `announcement`. */
export function batchAnnouncement({ title, jobs }: WorkInTray): string {
  const quarter = Math.floor((batchProgress(jobs).fraction ?? 0) * 4) * 25
  return quarter === 0 ? `${title}: running` : `${title}: ${quarter} %`
}
