import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import type { Edit } from '#shared/edits/edit'
import type { Job } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { KnownVerdict } from './boot-test-words.js'

/** What a boot test was asked for; null for other jobs. Records of old versions can lack parts. */
export function requestOf({ kind, input }: Pick<Job, 'kind' | 'input'>): BootTestInput | null {
  if (kind !== 'test-boot' || typeof input !== 'object' || input === null) return null
  return 'source' in input && 'edits' in input && Array.isArray(input.edits) ? (input as BootTestInput) : null
}

/** The boot tests of an image, the newest first. */
export function testsOf(jobs: readonly Job[], path: string): Job[] {
  return jobs.filter((job) => requestOf(job)?.source === path).toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))
}

/** What tests were asked for that this window has started, by job: with all that their records leave out. */
export type StartedTest = Omit<JobInputDraft<'test-boot'>, 'edits'> & { readonly edits: Edit[] }
export type StartedTests = Readonly<Record<string, StartedTest>>

export interface LastVerdict {
  readonly job: Job
  readonly report: BootTestReport & { readonly verdict: KnownVerdict }
  /** The test booted something else than the image would by itself. */
  readonly isVaried: boolean
}

/** The newest verdict about exactly this file with exactly these edits; null where none was made. */
export function lastVerdict(
  jobs: readonly Job[],
  image: { path: string; revision: string },
  edits: readonly Edit[],
  started: StartedTests = {},
): LastVerdict | null {
  for (const job of testsOf(jobs, image.path)) {
    const report = job.output?.bootTest
    const request = requestOf(job)
    if (!report || !request || !isAbout(job, image, edits, started)) continue
    const { verdict } = report
    if (verdict !== 'none') return { job, report: { ...report, verdict }, isVaried: isVaried(request) }
  }
  return null
}

/** Whether a test booted exactly this file with exactly these edits. */
export function isAbout(job: Job, image: { revision: string }, edits: readonly Edit[], started: StartedTests = {}): boolean {
  const request = requestOf(job)
  return request?.revision === image.revision && canonical(editsOf(job.id, request, started)) === canonical(edits)
}

/** A record has its secrets left out: of two passwords it cannot tell which one was tested. */
function editsOf(id: string, request: BootTestInput, started: StartedTests): readonly Edit[] {
  return started[id]?.edits ?? request.edits
}

function isVaried({ entry, append, seed, metadata, cdrom }: BootTestInput): boolean {
  return append.length > 0 || [entry, seed, metadata, cdrom].some((part) => part !== undefined)
}

/** The same text for the same data, whatever the order of its keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
}
