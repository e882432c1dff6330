import type { Job } from '#shared/jobs/job'
import type { JobStore } from './job-store.js'

export interface WatchOtherJobsOptions {
  readonly store: JobStore
  readonly isOwn: (id: string) => boolean
  readonly changed: (job: Job) => void
  readonly removed: (ids: string[]) => void
  readonly intervalMs: number
}

/**
 * Tells about jobs that other processes run in the same state folder. By polling: ended jobs cost nothing after the first
 * look, and inotify does not work on network homes.
 */
export function watchOtherJobs({ store, isOwn, changed, removed, intervalMs }: WatchOtherJobsOptions): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined
  let seen = new Map<string, Job>()

  const look = (): Map<string, Job> => new Map(store.list().flatMap((job) => (isOwn(job.id) ? [] : [[job.id, job]])))

  function compareWithSeen(): void {
    const before = seen
    seen = look()
    // The store hands out the same object for as long as the record on disk is the same.
    for (const [id, job] of seen) if (before.get(id) !== job) changed(job)
    removed([...before.keys()].filter((id) => !seen.has(id) && !isOwn(id)))
  }

  return {
    start() {
      if (timer !== undefined) return
      seen = look()
      timer = setInterval(compareWithSeen, intervalMs)
      timer.unref()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
    },
  }
}
