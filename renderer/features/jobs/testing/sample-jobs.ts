import type { Job } from '#shared/jobs/job'
import { SAMPLE_START, sampleJob as queuedJob } from '#shared/jobs/testing/sample-job'

/** A record of a job that runs for a while. */
export function sampleJob(change: Partial<Job>): Job {
  const startedAt = SAMPLE_START.replace('00:00.000', '00:01.000')
  return queuedJob({ title: 'Convert boot.qcow2 to VMDK', state: 'running', startedAt, ...change })
}
