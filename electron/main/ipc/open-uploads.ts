import type { CloudsApi, UploadReview } from '#core/clouds-api'
import type { JobsApi } from '#core/core-api'
import type { FieldValues } from '#shared/clouds/field'
import { uploadImageInputSchema } from '#shared/clouds/upload-request'
import type { Job } from '#shared/jobs/job'
import type { InputGrants } from './input-grants.js'
import { namedFilesOf } from './named-files.js'
import type { StartGrants } from './start-grants.js'
import { foreignSecrets, withOwnSecrets, withSecretsOf } from './upload-values.js'

interface Grants {
  readonly inputs: InputGrants
  readonly start: Pick<StartGrants, 'requireMayStart'>
}

/** Edits of a job that has ended may be without their secrets. */
const askedSchema = uploadImageInputSchema.pick({ upload: true, provider: true, values: true })

/**
 * Uploads that broke off, for the window: gone on with, or looked at again. Their records are written by the core alone, so what one names was chosen by
 * the user once; which secrets go along is decided as at the first time.
 */
export class OpenUploads {
  constructor(
    private readonly clouds: Pick<CloudsApi, 'openUpload' | 'reviewUpload'>,
    private readonly jobs: Pick<JobsApi, 'list' | 'start' | 'retry'>,
    private readonly grants: Grants,
  ) {}

  /** Without secrets that are not there any more, or that the window may not use. Throws as `CloudsApi.reviewUpload`. */
  async review(upload: string): Promise<UploadReview> {
    const { input, lostEdits, lostSecrets } = await this.known(upload)
    const lost = new Set([...lostSecrets, ...foreignSecrets(input).keys()])
    const values = Object.fromEntries(Object.entries(input.values).filter(([id]) => !lost.has(id)))
    return { input: { ...input, values }, lostEdits, lostSecrets: [...lost] }
  }

  /** Throws as `CloudsApi.openUpload` and `StartGrants.requireMayStart`. */
  async resume(upload: string): Promise<Job> {
    const { input: known, lostEdits } = await this.known(upload)
    const input = { ...known, values: withOwnSecrets(known) }
    await this.grants.start.requireMayStart([{ kind: 'upload-image', input }])
    if (lostEdits === 0) return this.jobs.start({ kind: 'upload-image', input })
    // Secrets of edits are in the memory of the job that had them, and nowhere else.
    const last = this.lastJob(upload)
    return last === null ? this.jobs.start({ kind: 'upload-image', input: await this.clouds.openUpload(upload) }) : this.jobs.retry(last.id)
  }

  /** The last job of an upload may have had other secrets than the first one. */
  private async known(upload: string): Promise<UploadReview> {
    const review = await this.clouds.reviewUpload(upload)
    const last = this.lastJob(upload)
    const values = last?.provider === review.input.provider ? last.values : {}
    const input = { ...review.input, values: withSecretsOf(review.input, values) }
    this.grants.inputs.grant(namedFilesOf({ kind: 'upload-image', input }))
    this.grants.inputs.grantEdits(input.edits)
    return { ...review, input }
  }

  private lastJob(upload: string): { readonly id: string; readonly provider: string; readonly values: FieldValues } | null {
    const own = this.jobs.list().flatMap(({ id, kind, input, createdAt }) => {
      const asked = kind === 'upload-image' ? askedSchema.safeParse(input).data : undefined
      return asked?.upload === upload ? [{ id, createdAt, provider: asked.provider, values: asked.values }] : []
    })
    return own.reduce<(typeof own)[number] | null>((found, job) => (found === null || job.createdAt > found.createdAt ? job : found), null)
  }
}
