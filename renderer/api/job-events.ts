import type { QueryClient } from '@tanstack/react-query'
import type { Job } from '#shared/jobs/job'
import { byPositionLastFirst } from '#shared/jobs/job-order'
import { ENDED_STATES } from '#shared/jobs/job-states'
import { subscribe } from './client.js'
import { jobsQuery } from './queries.js'

/** What begins last comes first; a job that is known keeps one place. */
export function upsertJob(jobs: readonly Job[], changed: Job): Job[] {
  const others = jobs.filter((job) => job.id !== changed.id)
  return [changed, ...others].sort(byPositionLastFirst)
}

function invalidateImage(client: QueryClient, path: string): void {
  for (const kind of ['image', 'boot', 'files']) void client.invalidateQueries({ queryKey: [kind, path] })
}

/**
 * The window's one subscription to jobs and settings: they land in the query cache.
 * `onEnded` hears of every job that ends while the window is open, once.
 */
export function connectJobEvents(client: QueryClient, onEnded: (job: Job) => void): () => void {
  const stops = [
    subscribe('jobs.changed', (job) => {
      const before = client.getQueryData<Job[]>(['jobs']) ?? []
      const wasEnded = before.some((known) => known.id === job.id && ENDED_STATES.has(known.state))
      client.setQueryData(['jobs'], upsertJob(before, job))
      if (!ENDED_STATES.has(job.state) || wasEnded) return
      if (job.output !== null) invalidateImage(client, job.output.path)
      void client.invalidateQueries({ queryKey: ['recents'] })
      void client.invalidateQueries({ queryKey: ['job-log', job.id] })
      onEnded(job)
    }),
    subscribe('jobs.removed', ({ ids }) => {
      client.setQueryData<Job[]>(['jobs'], (jobs) => jobs?.filter((job) => !ids.includes(job.id)))
    }),
    subscribe('settings.changed', (settings) => {
      client.setQueryData(['settings'], settings)
    }),
  ]
  // Asked for only now: a change that came before the list would otherwise pass for the whole list.
  void client.prefetchQuery({ ...jobsQuery, staleTime: 0 })
  return () => {
    for (const stop of stops) stop()
  }
}
