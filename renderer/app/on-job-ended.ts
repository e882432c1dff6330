import { notifications } from '@mantine/notifications'
import type { Job } from '#shared/jobs/job'
import { queryClient } from '../api/query-client.js'
import { visibleText } from '../components/visible-text.js'
import { useEditStore } from '../features/edits/edit-store.js'
import { isNotPassed } from '../features/jobs/job-words.js'
import { isShownJob } from '../features/jobs/shown-jobs.js'

/** The source of an in-place save, else null. */
export function savedInPlace(job: Job): string | null {
  if (job.kind !== 'save-image' || job.state !== 'succeeded') return null
  return sourceInPlace(job.input)
}

function sourceInPlace(input: unknown): string | null {
  if (typeof input !== 'object' || input === null || !('source' in input) || !('target' in input)) return null
  const { source, target } = input
  const inPlace = typeof target === 'object' && target !== null && 'mode' in target && target.mode === 'in-place'
  return inPlace && typeof source === 'string' ? source : null
}

/** The file that a disk operation changed: the source in place, or the backing file of a commit; else null. */
export function changedDisk(job: Job): string | null {
  if (job.state !== 'succeeded') return null
  if (job.kind === 'commit-image') return job.output?.path ?? null
  const isOne = job.kind === 'compact-image' || job.kind === 'snapshot-image' || job.kind === 'rebase-image'
  return isOne ? sourceInPlace(job.input) : null
}

/** Edits that are in the image now are no longer staged; a failure is told even when its tray line is covered. */
export function onJobEnded(job: Job): void {
  const source = savedInPlace(job)
  if (source !== null) {
    useEditStore.getState().forget(source)
    for (const kind of ['image', 'boot', 'files', 'health']) void queryClient.invalidateQueries({ queryKey: [kind, source] })
  }
  const disk = changedDisk(job)
  if (disk !== null) void queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey.includes(disk) })
  const report = job.output?.bootTest
  // Where it is shown it says all that and more; a message would only cover it.
  if (report && isNotPassed(job.output) && !isShownJob(job.id))
    notifications.show({
      color: report.verdict === 'fail' ? 'red' : 'yellow',
      title: `${job.title}: not passed`,
      message: visibleText(report.reason),
    })
  // The dialog that started it says why, and what to do; a message would only cover it.
  if (job.state === 'failed' && !isShownJob(job.id))
    notifications.show({ color: 'red', title: `${job.title} failed`, message: 'The tray below shows why.' })
}
