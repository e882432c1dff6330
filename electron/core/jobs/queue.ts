import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#shared/errors/app-error'
import type { LockSet } from './job-definition.js'
import type { LockMode } from './lock-files.js'
import { type DiskUse, type JobNeeds, mayRun, type QueueLimits, waitingWords } from './may-run.js'

export interface QueueDeps {
  readonly limits: () => QueueLimits
  readonly disksOf: (files: readonly string[]) => Promise<DiskUse[]>
  readonly lockKeys: (locks: LockSet) => Promise<ReadonlyMap<string, LockMode>>
}

export interface QueueRequest {
  readonly title: string
  readonly locks: LockSet
  readonly signal: AbortSignal
  readonly position: () => number
  readonly paused: () => boolean
  /** Called with words whenever the reason of the waiting changes. */
  readonly onWait: (words: string) => void
}

export interface JobQueue {
  /** Resolves when the job may run, with the function that ends that; throws `cancelled` when the signal comes first. */
  enter(request: QueueRequest): Promise<() => void>
  /** Looks again: after a pause, a move, a change of limits. */
  refresh(): void
}

interface Entry {
  readonly request: QueueRequest
  /** Null until it is known. */
  needs: Pick<JobNeeds, 'locks' | 'disks'> | null
  readonly begin: () => void
  words: string
}

/** A disk that does not answer, such as a server that is gone, must not hold the queue. */
const PATIENCE_MS = 2000

/** Jobs of this process that wait, by position, and those that run. The rule itself is `mayRun`. */
export function createJobQueue({ limits, disksOf, lockKeys }: QueueDeps): JobQueue {
  let waiting: Entry[] = []
  const running = new Set<Entry>()

  function refresh(): void {
    const ahead: JobNeeds[] = []
    for (const entry of waiting.toSorted((one, other) => one.request.position() - other.request.position())) {
      // Who comes later must not begin before it is known what this one needs.
      if (entry.needs === null) return
      const needs = needsOf(entry)
      const verdict = mayRun(needs, [...running].map(needsOf), ahead, limits())
      const words = waitingWords(verdict)
      if (verdict.run) {
        waiting = waiting.filter((other) => other !== entry)
        running.add(entry)
        entry.begin()
      } else {
        ahead.push(needs)
        if (words !== entry.words) entry.request.onWait(words)
      }
      entry.words = words
    }
  }

  async function lookUp({ locks }: QueueRequest): Promise<Pick<JobNeeds, 'locks' | 'disks'>> {
    const known = Promise.all([lockKeys(locks), disksOf(locks.writes)]).then(([keys, disks]) => ({ locks: keys, disks }))
    const unknown = sleep(PATIENCE_MS, { locks: new Map<string, LockMode>(), disks: [] }, { ref: false })
    return Promise.race([known, unknown])
  }

  return {
    refresh,
    enter(request) {
      return new Promise((resolve, reject) => {
        const leave = () => {
          running.delete(entry)
          waiting = waiting.filter((other) => other !== entry)
          refresh()
        }
        const stop = () => {
          leave()
          reject(new AppError('cancelled'))
        }
        const begin = () => {
          request.signal.removeEventListener('abort', stop)
          resolve(leave)
        }
        const entry: Entry = { request, needs: null, begin, words: '' }
        waiting.push(entry)
        request.signal.addEventListener('abort', stop, { once: true })
        if (request.signal.aborted) return stop()
        const known = (needs: Pick<JobNeeds, 'locks' | 'disks'>) => {
          entry.needs = needs
          refresh()
        }
        lookUp(request).then(known, () => known({ locks: new Map(), disks: [] }))
      })
    },
  }
}

function needsOf({ request, needs }: Entry): JobNeeds {
  return { title: request.title, paused: request.paused(), locks: needs?.locks ?? new Map(), disks: needs?.disks ?? [] }
}
