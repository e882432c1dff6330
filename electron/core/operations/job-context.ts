import type { UploadPhase } from '#shared/clouds/upload-request'
import type { AppErrorData } from '#shared/errors/app-error-data'
import type { CommandRecord } from '#shared/jobs/job'
import type { Host } from '../process/host.js'

/**
 * Files and folders by their absolute path; a container of podman by its name, which is made up of the job's id; an image that was pulled for the job, and was
 * not there before, by the name it was pulled by; layers that an image brings into podman's storage by their digests, the lowest first.
 */
export type ClaimKind = 'part-file' | 'folder' | 'backup' | 'container' | 'container-image' | 'container-layers'

/** Reason of the signal where the job was not cancelled by itself: the program ends. What can go on later is kept then. */
export const CLOSING = 'closing'

/** What an operation gets from the job that runs it. */
export interface JobContext {
  readonly jobId: string
  readonly signal: AbortSignal
  /** Bound to this job: commands are logged to it and die with it. */
  readonly host: Host
  /** Runs one declared step; the job's progress is the weighted sum over its steps. */
  step<T>(id: string, work: (progress: StepProgress) => Promise<T>): Promise<T>
  /** Marks a declared step as not needed. */
  skip(id: string): void
  /** Whether the job declared a step of that name. */
  declares(id: string): boolean
  /** Commands that the job ran so far, in order. */
  commands(): readonly CommandRecord[]
  /** Waits while the job is paused; throws `cancelled`. Steps begin with it; loops that stream call it between chunks, it costs next to nothing. */
  pausePoint(): Promise<void>
  /** What an upload is doing, for its record. */
  phase(phase: UploadPhase): void
  /**
   * Pauses the job until the user did what the error asks for and lets it go on. Throws the error where there is nobody to ask, and `cancelled`.
   * Asked again while it waits, it waits for the same answer.
   */
  waitForUser(error: AppErrorData): Promise<void>
  message(text: string): void
  log(line: string): void
  /** Runs on success, failure and cancel, last one first. */
  defer(cleanup: () => Promise<void> | void): void
  /**
   * Writes to the job's journal (synced) that `what` is about to exist, so that a crash can be cleaned up.
   * Call the returned function when it is gone, or when it has become a result.
   */
  claim(kind: ClaimKind, what: string): () => void
}

export interface StepProgress {
  /** 0..1 within the step. */
  fraction(value: number): void
  /** Bytes done and in all; gives rate and time left as well. */
  bytes(done: number, total: number): void
}
