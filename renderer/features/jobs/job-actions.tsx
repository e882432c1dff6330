import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { RotateCcw, Trash2, X } from 'lucide-react'
import type { Job } from '#shared/jobs/job'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { isActive, isWaitingForUser } from './job-words.js'
import { PauseButton } from './pause-button.js'

/** Pause and Cancel while it waits or runs; after that Retry and Remove. */
export function JobActions({ job, compact = false }: { readonly job: Job; readonly compact?: boolean }) {
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
      <>
        {job.state !== 'cancelling' && !isWaitingForUser(job) && <PauseButton jobs={[job]} of={job.title} compact={compact} />}
        <Button
          size="xs"
          leftSection={<X size={14} aria-hidden />}
          disabled={job.state === 'cancelling' || cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          {job.state === 'cancelling' ? 'Cancelling' : 'Cancel'}
        </Button>
      </>
    )
  }
  return (
    <>
      {job.state !== 'succeeded' && (
        <Button size="xs" leftSection={<RotateCcw size={14} aria-hidden />} disabled={retry.isPending} onClick={() => retry.mutate()}>
          {job.state === 'interrupted' ? 'Run again' : 'Retry'}
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
