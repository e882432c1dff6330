import { batchProgress } from '#shared/jobs/batch-progress'
import type { Job } from '#shared/jobs/job'
import { ENDED_STATES } from '#shared/jobs/job-states'

export interface Notice {
  readonly title: string
  readonly body: string
}

/** Whoever started less than this still looks. */
const WORTH_TELLING_SECONDS = 20

/**
 * What to tell of a job that has just ended to someone who looks elsewhere: the end of its batch, or of itself when it took long. What the
 * user cancelled is no news.
 */
export function noticeOf(ended: Job, all: readonly Job[]): Notice | null {
  if (!ENDED_STATES.has(ended.state)) return null
  const { batch } = ended
  return batch
    ? batchNotice(
        batch.title,
        all.filter((job) => job.batch?.id === batch.id),
      )
    : jobNotice(ended)
}

function batchNotice(title: string, jobs: readonly Job[]): Notice | null {
  const { state, succeeded, failed, cancelled } = batchProgress(jobs)
  if (state !== 'succeeded' && state !== 'failed') return null
  const counts = [`${succeeded} succeeded`, failed > 0 ? `${failed} failed` : '', cancelled > 0 ? `${cancelled} cancelled` : '']
  return {
    title: state === 'succeeded' ? 'Batch succeeded' : 'Batch ended with failures',
    body: `${title}: ${counts.filter(Boolean).join(', ')}`,
  }
}

function jobNotice({ state, title, startedAt, endedAt }: Job): Notice | null {
  const seconds = startedAt === null || endedAt === null ? 0 : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  if (seconds < WORTH_TELLING_SECONDS || (state !== 'succeeded' && state !== 'failed')) return null
  return { title: state === 'succeeded' ? 'Job succeeded' : 'Job failed', body: title }
}
