import { z } from 'zod'
import { bootTestReportSchema } from '../boot-test/boot-test-report.js'
import { uploadResultSchema } from '../clouds/upload-plan.js'
import { UPLOAD_PHASES } from '../clouds/upload-request.js'
import { appErrorDataSchema } from '../errors/app-error-data.js'
import { comparisonSchema } from '../images/comparison.js'
import { jobKindSchema } from './job-requests.js'
import { JOB_STATES } from './job-states.js'

export { ENDED_STATES, JOB_STATES, type JobState } from './job-states.js'

export const jobStateSchema = z.enum(JOB_STATES)

export const jobStepSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** Share of the whole, all steps of a job add up to 1. */
  weight: z.number(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  /** Seconds; null while it has not ended. */
  seconds: z.number().nullable(),
})
export type JobStep = z.infer<typeof jobStepSchema>

export const commandRecordSchema = z.object({
  /** Copyable line, quoted for a POSIX shell. Sandbox wrapping is left out; `full` has it. */
  line: z.string(),
  full: z.string(),
  startedAt: z.string(),
  /** Seconds; null while it runs. */
  seconds: z.number().nullable(),
  exitCode: z.number().nullable(),
  signal: z.string().nullable(),
})
export type CommandRecord = z.infer<typeof commandRecordSchema>

export const jobOutputSchema = z.object({
  /** Absolute path of what was made; of what was sent, where an upload made nothing here. */
  path: z.string(),
  bytes: z.number(),
  /** Whether its content is that of a disk image, where a job can write other things, too. */
  isDisk: z.boolean().optional(),
  /** SHA-256 of the written file where the job computed it. */
  sha256: z.string().optional(),
  /** What was proven, in words that stay true: `content identical to the source`. */
  proofs: z.array(z.string()),
  /** Further files that were made beside it: digests, reports, the parts of a set. Absolute paths. */
  sidecars: z.array(z.string()).optional(),
  /** Backup of the original (save in place). */
  backup: z.string().optional(),
  /** Where two images differ. */
  comparison: comparisonSchema.optional(),
  /** What a boot test found. */
  bootTest: bootTestReportSchema.optional(),
  /** The container image that was read or made; `digest` is that of its manifest or index. */
  container: z.object({ reference: z.string(), digest: z.string() }).optional(),
  /** What an upload made at the provider. */
  upload: uploadResultSchema.optional(),
  /** Engine that wrote edits. */
  engine: z.string().optional(),
})
export type JobOutput = z.infer<typeof jobOutputSchema>

export const jobSchema = z.object({
  id: z.string(),
  kind: jobKindSchema,
  title: z.string(),
  /** Plain data of the request: Retry starts the same again. */
  input: z.unknown(),
  state: jobStateSchema,
  steps: z.array(jobStepSchema),
  /** 0..1 over all steps, or null while nothing can be measured. */
  progress: z.number().min(0).max(1).nullable(),
  /** Bytes per second of the running step, or null. */
  rate: z.number().nullable(),
  /** Seconds left of the running step by its measured rate, or null. */
  secondsLeft: z.number().nullable(),
  message: z.string(),
  commands: z.array(commandRecordSchema),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  output: jobOutputSchema.nullable(),
  error: appErrorDataSchema.nullable(),
  /** Of an upload: what it is doing, in its own words. */
  phase: z.enum(UPLOAD_PHASES).nullable().optional(),
  /** What the user has to do before it can go on, such as sign in again; it is paused until then. */
  attention: appErrorDataSchema.nullable().optional(),
  /** The jobs that were started together, and the place of this one among them. */
  batch: z.object({ id: z.string(), title: z.string(), index: z.number().int(), count: z.number().int() }).nullable().optional(),
  /** The user holds it: a queued one does not start, a running one stands still. */
  paused: z.boolean().optional(),
  /** Seconds that it stood still; they count for no rate and no duration. */
  pausedSeconds: z.number().optional(),
  /** Place in the queue: the lower one begins first. Changed by moving; `positionOf` knows it for old records too. */
  position: z.number().optional(),
  /** Bytes on disk of what it reads: its share of the work of a batch. */
  weight: z.number().optional(),
  /** Process that runs it; used to tell a crashed job from a running one. */
  owner: z.object({ pid: z.number(), startTicks: z.string() }).nullable(),
})
export type Job = z.infer<typeof jobSchema>

/** What a crash left behind, found at start by the journal of the job that made it. */
export const leftoverSchema = z.object({
  jobId: z.string(),
  jobTitle: z.string(),
  kind: z.enum([
    'part-file',
    'folder',
    'mount',
    'process',
    'backup',
    'nbd-device',
    'loop-device',
    'container',
    'container-image',
    'container-layers',
  ]),
  /** Path, or `PID NAME` for a process; the device itself for `nbd-device` and `loop-device`; id of a container or image. */
  what: z.string(),
  bytes: z.number().nullable(),
})
export type Leftover = z.infer<typeof leftoverSchema>
