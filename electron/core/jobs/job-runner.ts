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

  function start(request: JobRequestDraft): Job {
    const parsed = parseRequest(request)
    const prepared = prepare(definitions, parsed.kind, parsed.input)
    const first: Job = {
      id: newJobId(),
      kind: parsed.kind,
      title: prepared.title,
      input: recordedInput(parsed),
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
      owner: currentOwner(),
    }
    const removed = recordNew(first)
    const live = createLiveJob(first, { store, log, emit })
    const controller = new AbortController()
    own.set(first.id, { request: parsed, live, controller, ended: queueAndRun(live, controller, prepared) })
    for (const id of removed) own.delete(id)
    emit(first)
    emitRemoved(removed)
    watchCancelRequests()
    return first
  }

  function recordNew(job: Job): string[] {
    try {
      return store.create(job)
    } catch (error) {
      throw toUnwritable(error, store.folder) ?? toJobError(error)
    }
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
    cancel,
    retry(id) {
      const { kind, input } = find(id)
      return start(own.get(id)?.request ?? ({ kind, input } as JobRequest))
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
