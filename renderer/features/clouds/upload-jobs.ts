import type { OpenUpload } from '#shared/clouds/cloud-calls'
import { uploadImageInputSchema, type UploadInput, type UploadPhase } from '#shared/clouds/upload-request'
import type { Job } from '#shared/jobs/job'
import { ENDED_STATES } from '#shared/jobs/job-states'

/** What an upload was asked for; null for other jobs. */
export function uploadInput(job: Pick<Job, 'kind' | 'input'>): UploadInput | null {
  if (job.kind !== 'upload-image') return null
  const read = uploadImageInputSchema.safeParse(job.input)
  return read.success ? read.data : null
}

/** Uploads that go on now, or wait. */
export function runningUploads(jobs: readonly Job[]): Job[] {
  return jobs.filter((job) => job.kind === 'upload-image' && !ENDED_STATES.has(job.state))
}

export interface BrokenUpload {
  readonly open: OpenUpload
  /** The last job that ran it; null where its record is gone. */
  readonly job: Job | null
}

/** Uploads that came to their end and left something that is not part of the result. */
export function leftUploads(open: readonly OpenUpload[]): OpenUpload[] {
  return open.filter(({ finished, remotes }) => finished === true && remotes.length > 0)
}

/** Uploads that broke off, with what they left: each can go on. Those that go on now are not among them. */
export function brokenUploads(open: readonly OpenUpload[], jobs: readonly Job[]): BrokenUpload[] {
  const uploads = jobs.map((job) => ({ job, id: uploadInput(job)?.upload }))
  return open.flatMap((one) => {
    if (one.finished === true) return []
    const own = uploads.filter(({ id }) => id === one.upload).map(({ job }) => job)
    if (own.some((job) => !ENDED_STATES.has(job.state))) return []
    const last = own.reduce<Job | null>((found, job) => (found === null || job.createdAt > found.createdAt ? job : found), null)
    return [{ open: one, job: last }]
  })
}

/** What an upload is doing, as its job says, or as its end says. */
export function phaseOf(job: Job): UploadPhase | null {
  if (job.kind !== 'upload-image') return null
  if (job.attention) return 'needs sign-in'
  if (job.state === 'succeeded') return 'ready'
  if (job.state === 'failed' || job.state === 'interrupted') return 'failed'
  return job.phase ?? null
}
