import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { RotateCcw, Trash2, X } from 'lucide-react'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { isActive } from './job-words.js'

/** Cancel while it runs; after that Retry and Remove. */
export function JobActions({ job }: { readonly job: Job }) {
  const { reportFailure, showJobs } = useAppActions()
  const cancel = useMutation({ mutationFn: () => call('jobs.cancel', { id: job.id }), onError: reportFailure })
  const retry = useMutation({
    mutationFn: () => call('jobs.retry', { id: job.id }),
    onSuccess: (fresh) => showJobs(fresh.id),
    onError: reportFailure,
  })
  const remove = useMutation({ mutationFn: () => call('jobs.remove', { ids: [job.id] }), onError: reportFailure })

  if (isActive(job)) {
    return (
      <Button
        size="xs"
        leftSection={<X size={14} aria-hidden />}
        disabled={job.state === 'cancelling' || cancel.isPending}
        onClick={() => cancel.mutate()}
      >
        {job.state === 'cancelling' ? 'Cancelling' : 'Cancel'}
      </Button>
    )
  }
  return (
    <>
      {job.state !== 'succeeded' && (
        <Button size="xs" leftSection={<RotateCcw size={14} aria-hidden />} disabled={retry.isPending} onClick={() => retry.mutate()}>
          Retry
        </Button>
      )}
      <Button
        size="xs"
        variant="subtle"
        leftSection={<Trash2 size={14} aria-hidden />}
        disabled={remove.isPending}
        onClick={() => remove.mutate()}
      >
        Remove
      </Button>
    </>
  )
}
