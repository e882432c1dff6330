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

export type JobInputDraft<Kind extends JobRequestDraft['kind']> = Extract<JobRequestDraft, { readonly kind: Kind }>['input']

/** Milliseconds of some of a job's steps. */
export function stepMs(job: Job, ids: readonly string[]): number {
  return job.steps.filter((step) => ids.includes(step.id)).reduce((sum, step) => sum + (step.seconds ?? 0) * 1000, 0)
}

/** Runs a job to its end; throws when it did not succeed. */
export async function finished(core: Core, request: JobRequestDraft): Promise<Job> {
  const job = await core.jobs.wait(core.jobs.start(request).id)
  if (job.state !== 'succeeded') throw new Error(`${job.title}: ${job.state} ${JSON.stringify(job.error)}`)
  return job
}
