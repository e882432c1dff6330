import type { JobOutput } from '#shared/jobs/job'
import type { JobInput, JobKind } from '#shared/jobs/job-requests'
import type { JobContext } from '../operations/job-context.js'

export interface DeclaredStep {
  readonly id: string
  readonly title: string
  /** Share of the whole; the runner scales all of a job to add up to 1. */
  readonly weight: number
}

export interface LockSet {
  /** Absolute paths of files that must not change while the job runs. */
  readonly reads: readonly string[]
  /** Absolute paths of files that the job makes or changes. */
  readonly writes: readonly string[]
}

/** How one kind of job runs; everything else about jobs is the same for all kinds. */
export interface JobDefinition<K extends JobKind> {
  title(input: JobInput<K>): string
  steps(input: JobInput<K>): readonly DeclaredStep[]
  locks(input: JobInput<K>): LockSet
  run(input: JobInput<K>, context: JobContext): Promise<JobOutput>
}

/** The compiler asks for a row per kind. */
export type JobDefinitions = { readonly [K in JobKind]: JobDefinition<K> }
