import type { JobContext } from '../job-context.js'

/** Runs a part of a job that can be tried again: what it leaves is removed when it ends, and not with the job. */
export async function withOwnCleanups<T>(ctx: JobContext, work: (ctx: JobContext) => Promise<T>): Promise<T> {
  const cleanups: Parameters<JobContext['defer']>[0][] = []
  try {
    return await work({ ...ctx, defer: (cleanup) => void cleanups.push(cleanup) })
  } finally {
    // What cannot be removed now is tried once more with the job.
    for (const cleanup of cleanups.reverse()) {
      try {
        await cleanup()
      } catch {
        ctx.defer(cleanup)
      }
    }
  }
}
