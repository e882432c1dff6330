import { useMutation } from '@tanstack/react-query'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'

/** What can be asked of jobs that wait or run. */
export function useQueue() {
  const { reportFailure } = useAppActions()
  const pause = useMutation({ mutationFn: (jobs: readonly Job[]) => call('jobs.pause', { ids: idsOf(jobs) }), onError: reportFailure })
  const resume = useMutation({ mutationFn: (jobs: readonly Job[]) => call('jobs.resume', { ids: idsOf(jobs) }), onError: reportFailure })
  const move = useMutation({
    mutationFn: (place: { readonly id: string; readonly before: string | null }) => call('jobs.move', place),
    onError: reportFailure,
  })
  return { pause, resume, move }
}

function idsOf(jobs: readonly Job[]): string[] {
  return jobs.map((job) => job.id)
}
