import type { Job } from '../job.js'

export const SAMPLE_START = '2026-01-01T00:00:00.000Z'

/** A record of a queued job as the core makes it, for tests. */
export function sampleJob(change: Partial<Job> = {}): Job {
  return {
    id: 'a',
    kind: 'convert-image',
    title: 'Convert a.qcow2 to VMDK',
    input: {},
    state: 'queued',
    steps: [],
    progress: null,
    rate: null,
    secondsLeft: null,
    message: '',
    commands: [],
    createdAt: SAMPLE_START,
    startedAt: null,
    endedAt: null,
    output: null,
    error: null,
    owner: null,
    ...change,
  }
}
