import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Pause, Play, Plus, RotateCcw, X } from 'lucide-react'
import { type BatchProgress, retriable } from '#shared/jobs/batch-progress'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { isActive } from '../jobs/job-words.js'
import type { BatchRun } from './batch-runs.js'
import { useConvertStore } from './convert-store.js'

/** What can be done with all that was started together. */
export function RunActions({ run, progress }: { readonly run: BatchRun; readonly progress: BatchProgress }) {
  const { reportFailure } = useAppActions()
  const ids = run.jobs.filter(isActive).map(({ id }) => id)
  const again = retriable(run.jobs)
  const pause = useMutation({ mutationFn: () => call('jobs.pause', { ids }), onError: reportFailure })
  const resume = useMutation({ mutationFn: () => call('jobs.resume', { ids }), onError: reportFailure })
  const cancel = useMutation({ mutationFn: () => call('jobs.cancelBatch', { batch: run.id }), onError: reportFailure })
  const retry = useMutation({ mutationFn: () => call('jobs.retryFailed', { batch: run.id }), onError: reportFailure })

  if (ids.length > 0) {
    return (
      <>
        {progress.state === 'paused' ? (
          <Button leftSection={<Play size={15} aria-hidden />} disabled={resume.isPending} onClick={() => resume.mutate()}>
            Resume
          </Button>
        ) : (
          <Button leftSection={<Pause size={15} aria-hidden />} disabled={pause.isPending} onClick={() => pause.mutate()}>
            Pause
          </Button>
        )}
        <Button leftSection={<X size={15} aria-hidden />} disabled={cancel.isPending} onClick={() => cancel.mutate()}>
          Cancel all
        </Button>
      </>
    )
  }
  return (
    <>
      <Button leftSection={<Plus size={15} aria-hidden />} onClick={() => useConvertStore.getState().show(null)}>
        Convert more
      </Button>
      {again.length > 0 && (
        <Button
          variant="filled"
          leftSection={<RotateCcw size={15} aria-hidden />}
          disabled={retry.isPending}
          onClick={() => retry.mutate()}
        >
          {again.length === 1 ? 'Try it again' : `Try ${again.length} again`}
        </Button>
      )}
    </>
  )
}
