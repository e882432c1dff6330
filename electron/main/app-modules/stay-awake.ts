import type { Job } from '#shared/jobs/job'

/** Whether the machine must not fall asleep: something is worked on. What stands still or waits can wait for longer. */
export function mustStayAwake(jobs: readonly Job[]): boolean {
  return jobs.some((job) => (job.state === 'running' && !job.paused) || job.state === 'cancelling')
}
