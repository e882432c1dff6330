import { type CommandRecord, ENDED_STATES, type Job } from '#shared/jobs/job'
import type { Logger } from '../log/logger.js'
import type { JobStore } from './job-store.js'

/** Listeners hear at most this often between changes of state. */
const EMIT_INTERVAL_MS = 100
const SAVE_PROGRESS_INTERVAL_MS = 1000
/** Commands kept in the record; all are in the job's folder. */
const MAX_COMMANDS = 200

export interface LiveJobDeps {
  readonly store: JobStore
  readonly log: Logger
  readonly emit: (job: Job) => void
}

/**
 * The record of a job that this process runs. Every change makes a new record, so whoever got one may keep it.
 * After the job has ended nothing changes it any more.
 */
export interface LiveJob {
  current(): Job
  /** Progress and words: reaches listeners within 100 ms. */
  change(patch: Partial<Job>): void
  /** A change of state: written durably and announced at once. */
  enter(patch: Partial<Job> & Pick<Job, 'state'>): void
  command(record: CommandRecord, phase: 'started' | 'ended'): void
  log(line: string): void
}

export function createLiveJob(first: Job, { store, log, emit }: LiveJobDeps): LiveJob {
  let job = first
  let emitTimer: NodeJS.Timeout | undefined
  let emittedAt = Number.NEGATIVE_INFINITY
  let savedAt = Number.NEGATIVE_INFINITY
  let pendingLines: string[] = []
  let commandCount = 0
  const runningCommands: { readonly number: number; readonly record: CommandRecord }[] = []

  /** The state folder may be full or gone; the job itself must not fail for that. */
  function keep(what: string, write: () => void): void {
    try {
      write()
    } catch (error) {
      log.error('job.not-recorded', { id: job.id, what, error: String(error) })
    }
  }

  function announce(): void {
    clearTimeout(emitTimer)
    emitTimer = undefined
    emittedAt = performance.now()
    keep('log', () => store.appendLog(job.id, pendingLines))
    pendingLines = []
    if (!ENDED_STATES.has(job.state) && emittedAt - savedAt >= SAVE_PROGRESS_INTERVAL_MS) {
      savedAt = emittedAt
      keep('progress', () => store.saveProgress(job))
    }
    emit(job)
  }

  function announceSoon(): void {
    if (emitTimer !== undefined) return
    const wait = emittedAt + EMIT_INTERVAL_MS - performance.now()
    if (wait <= 0) announce()
    else emitTimer = setTimeout(announce, wait)
  }

  function change(patch: Partial<Job>): void {
    if (ENDED_STATES.has(job.state)) return
    const stepped = patch.steps !== undefined && stepStates(patch.steps) !== stepStates(job.steps)
    job = { ...job, ...patch }
    // After a crash the record is what tells in which step it came.
    if (stepped) keep('progress', () => store.saveProgress(job))
    announceSoon()
  }

  return {
    current: () => job,
    change,
    enter(patch) {
      if (ENDED_STATES.has(job.state)) return
      job = { ...job, ...patch }
      keep('state', () => store.save(job))
      announce()
    },
    command(record, phase) {
      const known = runningCommands.findIndex((entry) => entry.record.full === record.full && entry.record.startedAt === record.startedAt)
      const number = phase === 'ended' && known >= 0 ? (runningCommands.splice(known, 1)[0]?.number ?? commandCount) : commandCount++
      if (phase === 'started') runningCommands.push({ number, record })
      keep('command', () => store.appendCommand(job.id, number, record))
      const others = job.commands.filter((other) => other.full !== record.full || other.startedAt !== record.startedAt)
      change({ commands: [...others, record].sort(byStart).slice(-MAX_COMMANDS) })
    },
    log(line) {
      if (ENDED_STATES.has(job.state)) return
      pendingLines.push(`${new Date().toISOString()} ${line}`)
      announceSoon()
    },
  }
}

function stepStates(steps: Job['steps']): string {
  return steps.map((step) => step.state).join(' ')
}

function byStart(one: CommandRecord, other: CommandRecord): number {
  return one.startedAt < other.startedAt ? -1 : Number(one.startedAt > other.startedAt)
}
