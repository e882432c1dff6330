import type { Job } from '#shared/jobs/job'

/** A record as the core makes it. */
export function sampleJob(change: Partial<Job>): Job {
  return {
    id: 'a',
    kind: 'convert-image',
    title: 'Convert boot.qcow2 to VMDK',
    input: {},
    state: 'running',
    steps: [],
    progress: null,
    rate: null,
    secondsLeft: null,
    message: '',
    commands: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    endedAt: null,
    output: null,
    error: null,
    owner: null,
    ...change,
  }
}
