import fs from 'node:fs'
import { hideSecrets } from '#shared/edits/secrets'
import { AppError } from '#shared/errors/app-error'
import { ENDED_STATES, type Job } from '#shared/jobs/job'
import { JOB_INPUTS, type JobInput, type JobKind, type JobRequest, type JobRequestDraft, jobRequestSchema } from '#shared/jobs/job-requests'
import type { JobsApi } from '../core-api.js'
import { toUnwritable } from '../files/checks.js'
import type { Logger } from '../log/logger.js'
import type { Host } from '../process/host.js'
import type { JobDefinitions, LockSet } from './job-definition.js'
import { type JobStore, newJobId } from './job-store.js'
import { createLiveJob, type LiveJob } from './live-job.js'
import type { LockTable } from './locks.js'
import { currentOwner, isAlive } from './process-owner.js'
import { waitingSteps } from './progress.js'
import { type PreparedJob, runJob, toJobError } from './run-job.js'
import { createSlots } from './slots.js'
import { watchOtherJobs } from './watch-other-jobs.js'

export interface JobRunnerDeps {
  readonly host: Host
  readonly store: JobStore
  readonly locks: LockTable
  readonly definitions: JobDefinitions
  readonly log: Logger
  /** Jobs that run at the same time; more wait. Default 2. */
  readonly limit?: number
  /** Seconds of a clock that never goes back; for tests. */
  readonly now?: () => number
}

export interface JobRunner extends JobsApi {
  /** Cancels what runs and waits until it has cleaned up. */
  close(): Promise<void>
}

/** A job of this process. */
interface Running {
  /** Whole: its record is without secrets. */
  readonly request: JobRequest
  readonly live: LiveJob
  readonly controller: AbortController
  readonly ended: Promise<void>
}

interface Prepared extends PreparedJob {
  readonly title: string
  readonly locks: LockSet
}

/** How often running jobs look for a cancel request of another process, and others' jobs are looked at. */
const CANCEL_POLL_MS = 300
const OTHERS_POLL_MS = 1000

export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  const { host, store, locks, definitions, log, limit = 2, now = () => performance.now() / 1000 } = deps
  const own = new Map<string, Running>()
  const changeListeners = new Set<(job: Job) => void>()
  const removeListeners = new Set<(ids: string[]) => void>()
  const slots = createSlots(limit)
  let cancelPoll: NodeJS.Timeout | undefined
  let lastPosition = 0

  const emit = (job: Job) => notify(changeListeners, job)
  const emitRemoved = (ids: string[]) => ids.length > 0 && notify(removeListeners, ids)
  const others = watchOtherJobs({ store, isOwn: (id) => own.has(id), changed: emit, removed: emitRemoved, intervalMs: OTHERS_POLL_MS })

  function notify<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
    for (const listener of listeners) {
      try {
        listener(value)
      } catch (error) {
        log.error('job.listener-failed', { error: String(error) })
      }
    }
  }

  function find(id: string): Job {
    const job = own.get(id)?.live.current() ?? store.get(id)
    if (!job) throw new AppError('job-not-found', { details: { id } })
    return job
  }

  /** Records all of them before any begins: either the whole batch is queued or nothing. */
  function queueAll(requests: readonly JobRequest[], batchOf: (index: number) => Job['batch']): Job[] {
    const fresh = requests.map((request, index) => makeQueued(request, batchOf(index)))
    const removed = recordNew(fresh.map(({ job }) => job))
    for (const { request, prepared, job } of fresh) {
      const live = createLiveJob(job, { store, log, emit })
      const controller = new AbortController()
      own.set(job.id, { request, live, controller, ended: queueAndRun(live, controller, prepared) })
    }
    for (const id of removed) own.delete(id)
    for (const { job } of fresh) emit(job)
    emitRemoved(removed)
    watchCancelRequests()
    return fresh.map(({ job }) => job)
  }

  function recordNew(jobs: readonly Job[]): string[] {
    const made: string[] = []
    try {
      return jobs.flatMap((job) => {
        const removed = store.create(job)
        made.push(job.id)
        return removed
      })
    } catch (error) {
      for (const id of made) store.remove(id)
      throw toUnwritable(error, store.folder) ?? toJobError(error)
    }
  }

  function makeQueued(request: JobRequest, batch: Job['batch']): { request: JobRequest; prepared: Prepared; job: Job } {
    const prepared = prepare(definitions, request.kind, request.input)
    lastPosition = Math.max(lastPosition + 1, Date.now())
    const job: Job = {
      id: newJobId(),
      kind: request.kind,
      title: prepared.title,
      input: recordedInput(request),
      state: 'queued',
      steps: waitingSteps(prepared.steps),
      progress: null,
      rate: null,
      secondsLeft: null,
      message: '',
      commands: [],
      createdAt: new Date().toISOString(),
      startedAt: null,
      endedAt: null,
      output: null,
      error: null,
      batch: batch ?? null,
      position: lastPosition,
      weight: bytesOnDisk(prepared.locks.reads.length > 0 ? prepared.locks.reads : prepared.locks.writes),
      owner: currentOwner(),
    }
    return { request, prepared, job }
  }

  function start(request: JobRequestDraft): Job {
    const [job] = queueAll([parseRequest(request)], () => null)
    if (!job) throw new Error('a job that was queued has a record')
    return job
  }

  function startAll(requests: readonly JobRequestDraft[], { title }: { readonly title: string }): Job[] {
    const batch = { id: newJobId(), title, count: requests.length }
    return queueAll(requests.map(parseRequest), (index) => ({ ...batch, index }))
  }

  /** Waits for its locks, then for a free slot: who waits for a file does not keep others from running. */
  async function queueAndRun(live: LiveJob, controller: AbortController, prepared: Prepared): Promise<void> {
    const { id, title } = live.current()
    const { signal } = controller
    const releases: (() => void)[] = []
    try {
      const onWait = (holder: { title: string }) => live.change({ message: `Waiting for: ${holder.title}` })
      releases.push(await locks.acquire({ ...prepared.locks, holder: { jobId: id, title }, signal, onWait }))
      releases.push(await slots.take(signal))
      if (signal.aborted) throw new AppError('cancelled')
      live.enter({ state: 'running', startedAt: new Date().toISOString(), message: '' })
      log.info('job.started', { id, kind: live.current().kind })
      await runJob(live, prepared, controller, { host, store, log, now })
    } catch (error) {
      const { data } = toJobError(error)
      live.enter({ state: data.code === 'cancelled' ? 'cancelled' : 'failed', error: data, message: '', endedAt: new Date().toISOString() })
    } finally {
      for (const release of releases.reverse()) release()
      log.info('job.ended', { id, state: live.current().state, code: live.current().error?.code })
    }
  }

  function cancel(id: string): void {
    const job = find(id)
    if (ENDED_STATES.has(job.state)) return
    const mine = own.get(id)
    if (!mine) {
      if (job.owner && isAlive(job.owner)) store.requestCancel(id)
      return
    }
    if (job.state === 'queued') {
      mine.live.enter({ state: 'cancelled', error: new AppError('cancelled').data, message: '', endedAt: new Date().toISOString() })
    } else if (job.state === 'running') {
      mine.live.enter({ state: 'cancelling', message: 'Stopping' })
    }
    mine.controller.abort()
  }

  /** Another process cancels by a file in the job's folder. */
  function watchCancelRequests(): void {
    if (cancelPoll !== undefined) return
    cancelPoll = setInterval(() => {
      const active = [...own].filter(([, { live }]) => !ENDED_STATES.has(live.current().state))
      for (const [id] of active) if (store.isCancelRequested(id)) cancel(id)
      if (active.length > 0) return
      clearInterval(cancelPoll)
      cancelPoll = undefined
    }, CANCEL_POLL_MS)
    cancelPoll.unref()
  }

  async function wait(id: string): Promise<Job> {
    await own.get(id)?.ended
    for (;;) {
      const job = find(id)
      if (ENDED_STATES.has(job.state) || (job.owner && !isAlive(job.owner))) return job
      await new Promise((resolve) => setTimeout(resolve, CANCEL_POLL_MS))
    }
  }

  return {
    list() {
      return store.list().map((job) => own.get(job.id)?.live.current() ?? job)
    },
    get: find,
    start,
    startAll,
    cancel,
    retry(id) {
      const { kind, input, batch } = find(id)
      const [job] = queueAll([own.get(id)?.request ?? parseRequest({ kind, input } as JobRequest)], () => batch)
      if (!job) throw new Error('a job that was queued has a record')
      return job
    },
    remove(ids) {
      const removable = ids.filter((id) => isRemovable(store, own.get(id)?.live.current() ?? store.get(id)))
      for (const id of removable) {
        store.remove(id)
        own.delete(id)
      }
      emitRemoved(removable)
    },
    log(id) {
      find(id)
      return store.readLog(id)
    },
    wait,
    onChange(listener) {
      changeListeners.add(listener)
      others.start()
      return () => {
        changeListeners.delete(listener)
        if (changeListeners.size === 0) others.stop()
      }
    },
    onRemoved(listener) {
      removeListeners.add(listener)
      return () => void removeListeners.delete(listener)
    },
    async close() {
      others.stop()
      for (const id of own.keys()) cancel(id)
      await Promise.all([...own.values()].map(({ ended }) => ended))
      clearInterval(cancelPoll)
    },
  }
}

/** The journal of a job that left something behind is what finds it again, so such a job stays until that is cleaned. */
function isRemovable(store: JobStore, job: Job | undefined): boolean {
  return job !== undefined && ENDED_STATES.has(job.state) && store.openClaims(job.id).length === 0
}

function parseRequest(request: JobRequestDraft): JobRequest {
  const parsed = jobRequestSchema.safeParse(request)
  if (parsed.success) return parsed.data
  const reason = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  throw new AppError('bad-input', { details: { reason } })
}

/** What a record on disk tells of a request: all but secrets. */
function recordedInput({ input }: JobRequest): unknown {
  return 'edits' in input ? { ...input, edits: input.edits.map(hideSecrets) } : input
}

/** Bytes on disk of the files that are there. */
function bytesOnDisk(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (fs.statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0)
}

function prepare<K extends JobKind>(definitions: JobDefinitions, kind: K, input: unknown): Prepared {
  const definition = definitions[kind]
  const typed = JOB_INPUTS[kind].parse(input) as JobInput<K>
  return {
    title: definition.title(typed),
    steps: definition.steps(typed),
    locks: definition.locks(typed),
    run: (context) => definition.run(typed, context),
  }
}
