import type { CloudAccount } from '#shared/clouds/cloud-calls'
import type { FieldChoice, FieldValues } from '#shared/clouds/field'
import type { ProviderForm } from '#shared/clouds/provider-form'
import type { UploadPhase } from '#shared/clouds/upload-request'
import type { CheckRow, Remote, UploadResult } from '#shared/clouds/upload-plan'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { AppErrorData } from '#shared/errors/app-error-data'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import type { Host } from '../process/host.js'
import type { SignInStore } from '../registry/sign-in-store.js'
import type { UploadJournal } from './upload-journal.js'
import type { UploadSource } from './upload-source.js'

/** What every call to a provider gets: no global state, so that tests can have their own home folder and environment. */
export interface CloudContext {
  /** Its `env` is where variables, `HOME` and proxies come from; tools such as skopeo run by it. */
  readonly host: Host
  readonly signal: AbortSignal | undefined
  /** The secret that a reference stands for. Throws `sign-in-needed` when it is not there any more. */
  secret(reference: string): Promise<string>
  /** Sign-ins of registries. */
  readonly signIns: SignInStore
}

/** What the workbench for container images made. */
export interface ContainerMade {
  readonly reference: string
  readonly digest: string
  /** Length of the image, and what of it was not there yet. */
  readonly bytes: number
  readonly sentBytes: number
  /** What is proven, in words, and lines to copy. */
  readonly proofs: readonly string[]
}

/**
 * The workbench for container images, for the provider that is one of its destinations. Each runs steps of the form: `prepare`, `digest`, `send`,
 * `finish`, and `prepare`, `copy`, `finish`.
 */
export interface ContainerWork {
  package(input: JobInputDraft<'package-container'>, signIns: SignInStore): Promise<ContainerMade>
  /** The source may be the path of an archive or folder. */
  copy(input: JobInputDraft<'copy-container'>, signIns: SignInStore): Promise<ContainerMade>
}

export interface UploadProgress {
  fraction(value: number): void
  /** Bytes done and in all, also those that were there before a break; never goes back. */
  bytes(done: number, total: number): void
}

/** What an upload gets while it runs. */
export interface UploadRun extends CloudContext {
  readonly signal: AbortSignal
  readonly values: FieldValues
  readonly facts: SourceFacts
  readonly source: UploadSource
  readonly journal: UploadJournal
  /** Given by the job that runs it. */
  readonly containers?: ContainerWork
  /** Runs a step of `ProviderForm.steps`. */
  step<T>(id: string, work: (progress: UploadProgress) => Promise<T>): Promise<T>
  skip(id: string): void
  phase(phase: UploadPhase): void
  message(text: string): void
  log(line: string): void
  /** Waits while the job is paused; throws `cancelled`. To be called between parts. */
  pausePoint(): Promise<void>
  /**
   * Pauses until the user has signed in again and goes on; throws the error where nobody can be asked. Whatever was sent stays, and
   * credentials are read anew afterwards.
   */
  signInNeeded(error: AppErrorData): Promise<void>
}

export interface CleanUpReport {
  readonly left: readonly { readonly label: string; readonly reason: string }[]
}

/**
 * The half of a provider that reaches the network. Every thing it makes at the provider is written to the journal before it is used.
 * All throw `AppError`: `cloud-unreachable`, `cloud-untrusted`, `cloud-busy`, `cloud-denied`, `cloud-failed`, `cloud-refused`, `cloud-quota`,
 * `cloud-conflict`, `cloud-not-found`, `clock-skewed`, `sign-in-expired`, `sign-in-needed`, `upload-mismatch`, `cancelled`.
 */
export interface CloudProvider {
  readonly form: ProviderForm
  /** What is on this machine already; never asks for anything, never fails for a file that cannot be read. */
  accounts(ctx: CloudContext): Promise<readonly CloudAccount[]>
  /** Choices of a `remote-select` field. */
  choices(ctx: CloudContext, field: string, values: FieldValues, facts: SourceFacts | null): Promise<readonly FieldChoice[]>
  /** What has to be asked at the provider: credentials, permission, quota, conflicts of names, clock. Throws nothing but `cancelled`: what fails is a row. */
  preflight(ctx: CloudContext, values: FieldValues, facts: SourceFacts): Promise<readonly CheckRow[]>
  /** Bytes that will be sent, in the units that the service takes. Null, and default: all of the payload. */
  wireBytes?(values: FieldValues, facts: SourceFacts): number | null
  /** Makes the link that `UploadResult.share` promises; nothing of it is kept. Throws what signing in throws. */
  shareLink?(ctx: CloudContext, values: FieldValues, share: NonNullable<UploadResult['share']>): Promise<string>
  /** Does it, or goes on with it when the journal says that it was begun. */
  execute(run: UploadRun): Promise<UploadResult>
  /** Deletes what the journal names and `which` picks; what is gone already counts as deleted. Never throws for a single thing. */
  cleanUp(ctx: CloudContext, values: FieldValues, journal: UploadJournal, which: (remote: Remote) => boolean): Promise<CleanUpReport>
}
