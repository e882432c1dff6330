import path from 'node:path'
import { z } from 'zod'
import { readJson, writeJsonDurably } from '#core/files/durable-json'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { type JobKind, type JobRequest, jobRequestSchema } from '#shared/jobs/job-requests'
import { changedInPlace, readSourcesOf, type Sending, sendingOf } from './sent-files.js'

const MAX_KEPT = 1000
const fileSchema = z.array(z.string())

/** Jobs whose output names what they read. */
const MAKES_NOTHING: ReadonlySet<JobKind> = new Set(['compare-images', 'upload-image'])

/** Asks the user outside of the window. True: it may be sent. */
export type AskToSend = (sending: Sending) => Promise<boolean>

/**
 * Which files of this machine may leave it, to a registry or a cloud: those that the user chose in a dialog, dropped, or named when the app was
 * started, and what was made of these alone. For any other one the user is asked in a dialog of the main process: a window that was taken over
 * cannot send a disk away that it merely knows the name of. Kept in `file`, so that what was chosen yesterday asks nothing today.
 */
export class SourceGrants {
  #granted: Set<string> | null = null

  constructor(
    private readonly file: string,
    private readonly onNotKept: (thrown: unknown) => void = () => {},
  ) {}

  grant(sources: readonly string[]): void {
    const known = this.known()
    const added = sources.map(nameOf).filter((source) => !known.has(source))
    if (added.length === 0) return
    for (const source of added) known.add(source)
    this.keep()
  }

  has(source: string): boolean {
    return this.known().has(nameOf(source))
  }

  /** Throws `input-not-granted` where the user does not agree. Asks nothing for what stays here, and what was chosen. */
  async requireMaySend(request: JobRequest, ask: AskToSend): Promise<void> {
    const sending = sendingOf(request)
    if (sending !== null) await this.requireSending(sending, ask)
  }

  /** The same for what is sent by something else than a job. */
  async requireSending({ sources, destination }: Sending, ask: AskToSend): Promise<void> {
    const unknown = sources.filter((source) => !this.has(source))
    const [first] = unknown
    if (first === undefined) return
    if (!(await ask({ sources: unknown, destination }))) throw new AppError('input-not-granted', { details: { path: first } })
    this.grant(unknown)
  }

  /** Before a job starts: what it brings into a file that was chosen was not chosen with it. */
  noteStart(request: JobRequest): void {
    const changed = changedInPlace(request)
    if (changed !== null && !this.isOfGranted(request)) this.revoke(changed)
  }

  /** What a job made of files that may leave may leave too; what it made of others may not, whatever lay there before. */
  noteEnd(job: Pick<Job, 'kind' | 'input' | 'state' | 'output'>): void {
    const made = job.state === 'succeeded' ? madeBy(job) : undefined
    // What was pushed lies at a registry.
    if (made === undefined || !isOfThisMachine(made)) return
    const request = jobRequestSchema.safeParse({ kind: job.kind, input: job.input })
    if (request.success && this.isOfGranted(request.data)) this.grant([made])
    else this.revoke(made)
  }

  private isOfGranted(request: JobRequest): boolean {
    return readSourcesOf(request).every((source) => this.has(source))
  }

  private revoke(source: string): void {
    if (this.known().delete(nameOf(source))) this.keep()
  }

  private known(): Set<string> {
    if (this.#granted === null) {
      const found = readJson(this.file)
      this.#granted = new Set(found.state === 'ok' ? (fileSchema.safeParse(found.value).data ?? []) : [])
    }
    return this.#granted
  }

  private keep(): void {
    try {
      // Images in the container storage may be others of the same name tomorrow.
      const files = [...this.known()].filter((source) => path.isAbsolute(source))
      writeJsonDurably(this.file, files.slice(-MAX_KEPT))
    } catch (thrown) {
      this.onNotKept(thrown)
    }
  }
}

/** Of a boot test, the disk that was kept: its output is the log. */
function madeBy({ kind, output }: Pick<Job, 'kind' | 'output'>): string | undefined {
  if (kind === 'test-boot') return output?.bootTest?.kept
  return MAKES_NOTHING.has(kind) ? undefined : output?.path
}

function nameOf(source: string): string {
  return isStored(source) ? source : path.resolve(source)
}

function isOfThisMachine(source: string): boolean {
  return path.isAbsolute(source) || isStored(source)
}

function isStored(source: string): boolean {
  return source.startsWith('containers-storage:')
}
