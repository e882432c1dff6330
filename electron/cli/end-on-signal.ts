import type { Core } from '#core/core-api'
import { AppError } from '#shared/errors/app-error'
import { ENDED_STATES } from '#shared/jobs/job'

/** What ends by itself when it is asked to has ended by then. */
const GRACE_MS = 1000

/**
 * The work, or `cancelled` a moment after the signal where the work does not heed it: a question that waits for an answer, a tool that is
 * looked for. Jobs of this process are always waited for, since they clean up.
 */
export async function endOnSignal<T>(work: Promise<T>, core: Core, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => {}
  const stopped = new Promise<never>((_, reject) => {
    const look = (): void => {
      if (hasOwnJob(core)) timer = setTimeout(look, GRACE_MS)
      else reject(new AppError('cancelled'))
    }
    stop = () => void (timer = setTimeout(look, GRACE_MS))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, stopped])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

function hasOwnJob({ jobs }: Core): boolean {
  return jobs.list().some((job) => job.owner?.pid === process.pid && !ENDED_STATES.has(job.state))
}
