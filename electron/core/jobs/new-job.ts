import fs from 'node:fs'
import { hideFirstBoot } from '#shared/boot-test/boot-test-request'
import { hideSecrets, isWithoutSecrets } from '#shared/edits/secrets'
import { AppError } from '#shared/errors/app-error'
import { parseInput } from '#shared/errors/parse-input'
import type { Job } from '#shared/jobs/job'
import { JOB_INPUTS, type JobInput, type JobKind, type JobRequest, type JobRequestDraft, jobRequestSchema } from '#shared/jobs/job-requests'
import type { JobDefinitions, LockSet } from './job-definition.js'
import { newJobId } from './job-store.js'
import { currentOwner } from './process-owner.js'
import { waitingSteps } from './progress.js'
import type { PreparedJob } from './run-job.js'

export interface Prepared extends PreparedJob {
  readonly title: string
  readonly locks: LockSet
}

/** A job before it is recorded. */
export interface NewJob {
  /** Whole: its record is without secrets. */
  readonly request: JobRequest
  readonly prepared: Prepared
  readonly job: Job
}

/** Throws `bad-input` when the request does not fit its schema. */
export function parseRequest(request: JobRequestDraft): JobRequest {
  if ('edits' in request.input && (request.input.edits ?? []).some(isWithoutSecrets)) {
    throw new AppError('bad-input', { details: { reason: 'Edits that held a secret are kept without it: stage them again' } })
  }
  return parseInput(jobRequestSchema, request)
}

export function makeQueued(definitions: JobDefinitions, request: JobRequest, place: Pick<Job, 'batch' | 'position'>): NewJob {
  const prepared = prepare(definitions, request.kind, request.input)
  const { reads, writes } = prepared.locks
  const job: Job = {
    id: newJobId(),
    kind: request.kind,
    title: prepared.title,
    input: recordedInput(request),
    state: 'queued',
    steps: waitingSteps(prepared.steps),
    progress: null,
    rate: null,
    secondsLeft: null,
    message: '',
    commands: [],
    createdAt: new Date().toISOString(),
    startedAt: null,
    endedAt: null,
    output: null,
    error: null,
    weight: bytesOnDisk(reads.length > 0 ? reads : writes),
    ...place,
    owner: currentOwner(),
  }
  return { request, prepared, job }
}

/** What a record on disk tells of a request: all but secrets. */
function recordedInput({ kind, input }: JobRequest): unknown {
  const shown = kind === 'test-boot' ? hideFirstBoot(input) : input
  return 'edits' in shown ? { ...shown, edits: shown.edits.map(hideSecrets) } : shown
}

/** Bytes on disk of the files that are there. */
function bytesOnDisk(files: readonly string[]): number {
  return files.reduce((sum, file) => sum + blocksOf(file) * 512, 0)
}

/** What cannot be looked at is for the job itself to tell. */
function blocksOf(file: string): number {
  try {
    return fs.statSync(file).blocks
  } catch {
    return 0
  }
}

function prepare<K extends JobKind>(definitions: JobDefinitions, kind: K, input: unknown): Prepared {
  const definition = definitions[kind]
  const typed = JOB_INPUTS[kind].parse(input) as JobInput<K>
  return {
    title: definition.title(typed),
    steps: definition.steps(typed),
    locks: definition.locks(typed),
    run: (context) => definition.run(typed, context),
  }
}
