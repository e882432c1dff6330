import type { Core } from '#core/core-api'
import type { Job } from '#shared/jobs/job'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { median } from './report.js'

/** Milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** Median of so many rounds. */
export async function repeat(times: number, work: () => Promise<number>): Promise<number> {
  const results: number[] = []
  for (let count = 0; count < times; count += 1) results.push(await work())
  return median(results)
}

/** Runs a job to its end; throws when it did not succeed. */
export async function finished(core: Core, request: JobRequestDraft): Promise<Job> {
  const job = await core.jobs.wait(core.jobs.start(request).id)
  if (job.state !== 'succeeded') throw new Error(`${job.title}: ${job.state} ${JSON.stringify(job.error)}`)
  return job
}
