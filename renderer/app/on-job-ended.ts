import { notifications } from '@mantine/notifications'
import type { Job } from '#shared/jobs/job'
import { queryClient } from '../api/query-client.js'
import { useEditStore } from '../features/edits/edit-store.js'

/** The source of an in-place save, else null. */
export function savedInPlace(job: Job): string | null {
  if (job.kind !== 'save-image' || job.state !== 'succeeded') return null
  const { input } = job
  if (typeof input !== 'object' || input === null || !('source' in input) || !('target' in input)) return null
  const { source, target } = input
  const inPlace = typeof target === 'object' && target !== null && 'mode' in target && target.mode === 'in-place'
  return inPlace && typeof source === 'string' ? source : null
}

/** Edits that are in the image now are no longer staged; a failure is told even when its tray line is covered. */
export function onJobEnded(job: Job): void {
  const source = savedInPlace(job)
  if (source !== null) {
    useEditStore.getState().forget(source)
    for (const kind of ['image', 'boot', 'files', 'health']) void queryClient.invalidateQueries({ queryKey: [kind, source] })
  }
  if (job.state === 'failed') notifications.show({ color: 'red', title: `${job.title} failed`, message: 'The tray below shows why.' })
}
