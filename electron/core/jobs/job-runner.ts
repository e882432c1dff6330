import { availableParallelism } from 'node:os'
import { AppError } from '#shared/errors/app-error'
import { retriable } from '#shared/jobs/batch-progress'
import { ENDED_STATES, type Job } from '#shared/jobs/job'
import { byPositionLastFirst, movedPositions, positionOf } from '#shared/jobs/job-order'
import type { JobRequest, JobRequestDraft } from '#shared/jobs/job-requests'
import type { JobsApi } from '../core-api.js'
import { toJobError, toUnwritable } from '../files/checks.js'
import type { Logger } from '../log/logger.js'
import { CLOSING } from '../operations/job-context.js'
import type { Host } from '../process/host.js'
import { createPauseSwitch, type PauseSwitch } from '../process/pause-switch.js'
import { disksOf } from './disks.js'
import type { JobDefinitions } from './job-definition.js'
import { createJobListeners } from './job-listeners.js'
import { type JobStore, newJobId } from './job-store.js'
import { createLiveJob, type LiveJob } from './live-job.js'
import { lockKeys, type LockTable } from './locks.js'
import { limitsOf } from './may-run.js'
import { makeQueued, type NewJob, parseRequest } from './new-job.js'
import { isAlive } from './process-owner.js'
import { createJobQueue, type QueueDeps } from './queue.js'
import { runJob } from './run-job.js'
import { watchOtherJobs } from './watch-other-jobs.js'
import { watchWishes } from './watch-wishes.js'

export interface JobRunnerDeps {
  readonly host: Host
  readonly store: JobStore
  readonly locks: LockTable
  readonly definitions: JobDefinitions
  readonly log: Logger
  /** Jobs that run at the same time; more wait. Default `auto`: by the cores, and by the disks. */
  readonly maxJobs?: () => 'auto' | number
  /** Whether there is someone who can do what a job asks for, such as sign in again, and resume it. Default: nobody. */
  readonly asksUser?: () => boolean
  /** For tests. */
  readonly disksOf?: QueueDeps['disksOf']
  /** Seconds of a clock that never goes back; for tests. */
  readonly now?: () => number
}

export interface JobRunner extends JobsApi {
  /** Looks again which jobs may begin: after a change of `maxJobs`. */
  refresh(): void
  /** Cancels what runs and waits until it has cleaned up. */
  close(): Promise<void>
}

/** A job of this process. */
interface Own {
  readonly request: JobRequest
  readonly live: LiveJob
  readonly controller: AbortController
  readonly gate: PauseSwitch
  readonly ended: Promise<void>
}

/** How often active jobs look for what another process asks of them, and others' jobs are looked at. */
const WISH_POLL_MS = 300
const OTHERS_POLL_MS = 1000

export function createJobRunner(deps: JobRunnerDeps): JobRunner {
  const { host, store, locks, definitions, log, maxJobs = () => 'auto', now = () => performance.now() / 1000 } = deps
  const own = new Map<string, Own>()
  const listeners = createJobListeners(log)
  const queue = createJobQueue({
    limits: () => limitsOf(maxJobs(), availableParallelism()),
    disksOf: deps.disksOf ?? disksOf,
    lockKeys,
  })
  let lastPosition = 0

  const isActive = ({ live }: Own) => !ENDED_STATES.has(live.current().state)
  const wishes = watchWishes({
    active: () => [...own].flatMap(([id, mine]) => (isActive(mine) ? [id] : [])),
    look: grantWishes,
    intervalMs: WISH_POLL_MS,
  })
  const others = watchOtherJobs({ store, isOwn: (id) => own.has(id), ...listeners, intervalMs: OTHERS_POLL_MS })

  const list = (): Job[] =>
    store
      .list()
      .map((job) => own.get(job.id)?.live.current() ?? job)
      .sort(byPositionLastFirst)

  function find(id: string): Job {
    const job = own.get(id)?.live.current() ?? store.get(id)
    if (!job) throw new AppError('job-not-found', { details: { id } })
    return job
  }

  function findBatch(id: string): Job[] {
    const jobs = list().filter((job) => job.batch?.id === id)
    if (jobs.length === 0) throw new AppError('job-not-found', { details: { id } })
    return jobs
  }

  /** Records all of them before any begins: either the whole batch is queued or nothing. */
  function queueAll(requests: readonly (readonly [JobRequest, Job['batch']])[]): Job[] {
    const fresh = requests.map(([request, batch]) => {
      lastPosition = Math.max(lastPosition + 1, Date.now())
      return makeQueued(definitions, request, { batch: batch ?? null, position: lastPosition })
    })
    const removed = recordNew(fresh.map(({ job }) => job))
    for (const each of fresh) own.set(each.job.id, begin(each))
    for (const id of removed) own.delete(id)
    for (const { job } of fresh) listeners.changed(job)
    listeners.removed(removed)
    wishes.start()
    return fresh.map(({ job }) => job)
  }

  function queueOne(request: JobRequest, batch: Job['batch']): Job {
    const [job] = queueAll([[request, batch]])
    if (!job) throw new Error('a job that was queued has a record')
    return job
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

  function begin({ request, prepared, job }: NewJob): Own {
    const live = createLiveJob(job, { store, log, emit: listeners.changed })
    const parts = { request, live, controller: new AbortController(), gate: createPauseSwitch(now) }
    return { ...parts, ended: queueAndRun(parts, prepared) }
  }

  /** Waits in the queue, then for locks that other processes may hold. */
  async function queueAndRun({ live, controller, gate }: Omit<Own, 'ended'>, prepared: NewJob['prepared']): Promise<void> {
    const { id, title } = live.current()
    const { signal } = controller
    const releases: (() => void)[] = []
    try {
      const leave = await queue.enter({
        title,
        locks: prepared.locks,
        signal,
        position: () => positionOf(live.current()),
        paused: () => gate.paused,
        onWait: (message) => live.change({ message }),
      })
      releases.push(leave)
      const onWait = (holder: { title: string }) => live.change({ message: `Waiting for: ${holder.title}` })
      releases.push(await locks.acquire({ ...prepared.locks, holder: { jobId: id, title }, signal, onWait }))
      await gate.pass(signal)
      if (signal.aborted) throw new AppError('cancelled')
      gate.begin()
      live.enter({ state: 'running', startedAt: new Date().toISOString(), message: '' })
      log.info('job.started', { id, kind: live.current().kind })
      await runJob(live, prepared, { controller, gate }, { host, store, log, now, asksUser: deps.asksUser?.() ?? false })
    } catch (error) {
      const { data } = toJobError(error)
      const state = data.code === 'cancelled' ? 'cancelled' : 'failed'
      live.enter({ state, error: data, message: '', paused: false, endedAt: new Date().toISOString() })
    } finally {
      for (const release of releases.reverse()) release()
      log.info('job.ended', { id, state: live.current().state, code: live.current().error?.code })
    }
  }

  function cancel(id: string, why?: typeof CLOSING): void {
    const job = find(id)
    if (ENDED_STATES.has(job.state)) return
    const mine = own.get(id)
    if (!mine) {
      if (job.owner && isAlive(job.owner)) store.requestCancel(id)
      return
    }
    if (job.state === 'queued') {
      const endedAt = new Date().toISOString()
      mine.live.enter({ state: 'cancelled', error: new AppError('cancelled').data, message: '', paused: false, endedAt })
    } else if (job.state === 'running') {
      mine.live.enter({ state: 'cancelling', message: 'Stopping', paused: false })
    }
    mine.controller.abort(why)
    mine.gate.set(false)
  }

  function setPaused(id: string, paused: boolean): void {
    const job = find(id)
    if ((job.state !== 'queued' && job.state !== 'running') || (job.paused ?? false) === paused) return
    const mine = own.get(id)
    if (!mine) {
      if (job.owner && isAlive(job.owner)) store.request(id, { kind: 'pause', paused })
      return
    }
    mine.gate.set(paused)
    const { state } = job
    const standing = { rate: null, secondsLeft: null, message: 'Paused' }
    const going = { message: '', ...(job.startedAt === null ? {} : { pausedSeconds: mine.gate.seconds() }) }
    mine.live.enter({ state, paused, ...(paused ? standing : going) })
  }

  function setAllPaused(ids: readonly string[], paused: boolean): void {
    for (const id of ids) setPaused(id, paused)
    queue.refresh()
  }

  function move(id: string, before: string | null): void {
    const job = find(id)
    if (job.state !== 'queued') throw new AppError('bad-input', { details: { reason: `${job.title} does not wait any more` } })
    if (!own.has(id)) {
      if (job.owner && isAlive(job.owner)) store.request(id, { kind: 'move', before })
      return
    }
    const queued = [...own.values()].map(({ live }) => live.current()).filter(({ state }) => state === 'queued')
    for (const [moved, position] of movedPositions(queued, id, before)) own.get(moved)?.live.enter({ state: 'queued', position })
    queue.refresh()
  }

  /** Another process asks by files in the job's folder. */
  function grantWishes(id: string): void {
    if (store.isCancelRequested(id)) cancel(id)
    for (const wish of store.takeRequests(id)) {
      if (wish.kind === 'pause') setAllPaused([id], wish.paused)
      else if (find(id).state === 'queued') move(id, wish.before)
    }
  }

  async function wait(id: string): Promise<Job> {
    await own.get(id)?.ended
    for (;;) {
      const job = find(id)
      if (ENDED_STATES.has(job.state) || (job.owner && !isAlive(job.owner))) return job
      await new Promise((resolve) => setTimeout(resolve, WISH_POLL_MS))
    }
  }

  const requestOf = ({ id, kind, input }: Job): JobRequest => own.get(id)?.request ?? parseRequest({ kind, input } as JobRequest)

  return {
    list,
    get: find,
    start: (request) => queueOne(parseRequest(request), null),
    startAll(requests: readonly JobRequestDraft[], { title }) {
      const batch = { id: newJobId(), title, count: requests.length }
      return queueAll(requests.map((request, index) => [parseRequest(request), { ...batch, index }]))
    },
    cancel: (id) => cancel(id),
    cancelBatch(id) {
      // The last first: none begins because another one ended.
      for (const job of findBatch(id)) cancel(job.id)
    },
    pause: (ids) => setAllPaused(ids, true),
    resume: (ids) => setAllPaused(ids, false),
    move,
    retry(id) {
      const job = find(id)
      return queueOne(requestOf(job), job.batch)
    },
    retryFailed: (id) => queueAll(retriable(findBatch(id)).map((job) => [requestOf(job), job.batch])),
    remove(ids) {
      const removable = ids.filter((id) => isRemovable(store, own.get(id)?.live.current() ?? store.get(id)))
      for (const id of removable) {
        store.remove(id)
        own.delete(id)
      }
      listeners.removed(removable)
    },
    log(id) {
      find(id)
      return store.readLog(id)
    },
    wait,
    onChange(listener) {
      const leave = listeners.onChange(listener)
      others.start()
      return () => {
        leave()
        if (!listeners.any()) others.stop()
      }
    },
    onRemoved: listeners.onRemoved,
    refresh: () => queue.refresh(),
    async close() {
      others.stop()
      for (const id of own.keys()) cancel(id, CLOSING)
      await Promise.all([...own.values()].map(({ ended }) => ended))
      wishes.stop()
    },
  }
}

/** The journal of a job that left something behind is what finds it again, so such a job stays until that is cleaned. */
function isRemovable(store: JobStore, job: Job | undefined): boolean {
  return job !== undefined && ENDED_STATES.has(job.state) && store.openClaims(job.id).length === 0
}
