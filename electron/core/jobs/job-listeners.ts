import type { Job } from '#shared/jobs/job'
import type { Logger } from '../log/logger.js'

export interface JobListeners {
  changed(job: Job): void
  removed(ids: string[]): void
  /** Both return the function that unsubscribes. */
  onChange(listener: (job: Job) => void): () => void
  onRemoved(listener: (ids: string[]) => void): () => void
  /** Whether anybody listens to changes. */
  any(): boolean
}

/** One listener that fails keeps no other from hearing. */
export function createJobListeners(log: Logger): JobListeners {
  const changes = new Set<(job: Job) => void>()
  const removals = new Set<(ids: string[]) => void>()

  function notify<T>(listeners: ReadonlySet<(value: T) => void>, value: T): void {
    for (const listener of listeners) {
      try {
        listener(value)
      } catch (error) {
        log.error('job.listener-failed', { error: String(error) })
      }
    }
  }

  return {
    changed: (job) => notify(changes, job),
    removed: (ids) => ids.length > 0 && notify(removals, ids),
    onChange(listener) {
      changes.add(listener)
      return () => void changes.delete(listener)
    },
    onRemoved(listener) {
      removals.add(listener)
      return () => void removals.delete(listener)
    },
    any: () => changes.size > 0,
  }
}
