import type { CloudAccount, OpenUpload } from '#shared/clouds/cloud-calls'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import type { ProviderId } from '#shared/clouds/provider-ids'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { UploadPlan } from '#shared/clouds/upload-plan'
import type { Edit } from '#shared/edits/edit'
import type { JobInput } from '#shared/jobs/job-requests'
import type { CleanUpReport } from './clouds/cloud-provider.js'

export interface UploadRequest {
  readonly provider: ProviderId
  readonly facts: SourceFacts
  readonly values: FieldValues
  readonly edits?: readonly Edit[]
}

export interface UploadReview {
  /** Without edits that held secrets. */
  readonly input: JobInput<'upload-image'>
  /** How many of its edits held secrets. */
  readonly lostEdits: number
  /** Fields of secrets that are kept nowhere any more. */
  readonly lostSecrets: readonly string[]
}

/** Uploads to clouds and registries. The upload itself is a job of the kind `upload-image`. */
export interface CloudsApi {
  /** What is known of a file that could be uploaded. Throws `file-not-found` … */
  facts(path: string, options?: { readonly edits?: readonly Edit[]; readonly signal?: AbortSignal }): Promise<SourceFacts>
  /** Profiles and sign-ins that are on this machine. */
  accounts(provider: ProviderId): Promise<CloudAccount[]>
  choices(
    provider: ProviderId,
    field: string,
    values: FieldValues,
    options?: { readonly facts?: SourceFacts | null; readonly signal?: AbortSignal },
  ): Promise<FieldChoice[]>
  /** All checks, steps, bytes and commands; nothing is written here or there. */
  plan(request: UploadRequest, signal?: AbortSignal): Promise<UploadPlan>
  /** Keeps a secret; the answer stands for it in values. Throws `bad-input` where the system keeps nothing encrypted. */
  keepSecret(name: string, secret: string, keep: 'session' | 'keyring'): string
  /** Uploads that were neither finished nor cleaned up, newest first. */
  openUploads(): Promise<OpenUpload[]>
  /**
   * The request of such an upload: started again it goes on where it was. Throws `job-not-found`, `bad-input` while it runs, or where its edits held secrets,
   * which are kept nowhere.
   */
  openUpload(upload: string): Promise<JobInput<'upload-image'>>
  /** What such an upload was asked to do, to be looked at again, and what of that is not there any more. Throws `job-not-found`, `bad-input` while it runs. */
  reviewUpload(upload: string): Promise<UploadReview>
  /**
   * Makes a link to what an upload made that needs no account, as the result of its job says under `share`. Throws `job-not-found` where no job made one,
   * and what signing in throws.
   */
  shareLink(upload: string): Promise<string>
  /** Deletes at the provider what an upload left. Throws `job-not-found` for an upload that is not known. */
  cleanUp(upload: string, remote?: string): Promise<CleanUpReport>
}
