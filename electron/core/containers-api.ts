import type {
  ContainerEntry,
  ContainerIndex,
  ContainerOrigin,
  ContainerPlatform,
  ContainerReport,
  NewerReport,
} from '#shared/containers/container-report'
import type { Access, BuildDiskAbility, ContainerStorage, SignIn, SignInRequest } from '#shared/containers/container-requests'
import type { JobInputDraft, OutputPlan } from '#shared/jobs/job-requests'

export interface ReachOptions {
  readonly access?: Access | undefined
  readonly signal?: AbortSignal | undefined
}

export interface IndexRequest {
  readonly reference: string
  /** Of the image's manifest or of the index that was looked at. */
  readonly digest?: string | undefined
  readonly platform?: Partial<ContainerPlatform> | undefined
  readonly access?: Access | undefined
}

/** Container images as a place that disks come from and go to. */
export interface ContainersApi {
  /**
   * What a pasted text means: its canonical reference, or several where a short name may be found at several registries. No network.
   * Throws `bad-input`.
   */
  resolve(text: string): Promise<{ references: string[]; notes: string[] }>
  /** Throws what `RegistrySession.request` throws, `bad-input`, `container-invalid`, `container-unsupported`. */
  inspect(reference: string, options?: ReachOptions): Promise<ContainerReport>
  /** Tags of the repository, newest version first where they are versions. Throws `bad-input` where the transport has none. */
  tags(reference: string, options?: ReachOptions): Promise<string[]>
  /** Begins to look into an image. What is found is told to `onIndex`; nothing is written. Kept until closed, at most 8 at a time. */
  openIndex(request: IndexRequest): ContainerIndex
  onIndex(listener: (index: ContainerIndex) => void): () => void
  /** Resolves when it reads no more. Throws why it failed. */
  waitForIndex(id: string): Promise<ContainerIndex>
  closeIndex(id: string): void
  /** What is known so far of a folder of an indexed image. Throws `bad-input` for an id that is not open. */
  list(id: string, folder: string): ContainerEntry[]
  /** Where a file was taken from; null when that is not known, or the file was changed since. */
  origin(file: string): Promise<ContainerOrigin | null>
  /** Whether the reference leads to something else now. Throws `bad-input` without an origin. */
  checkNewer(file: string, options?: ReachOptions): Promise<NewerReport>
  signIns(): Promise<SignIn[]>
  /** Tries it at the registry first. Throws `sign-in-needed` when it is refused. */
  signIn(request: SignInRequest): Promise<SignIn>
  /** Wherever it is kept; with `authFile` in that file alone. Throws `bad-input` where nobody is signed in. */
  signOut(registry: string, authFile?: string): Promise<void>
  /** Tries a passphrase at its key, and keeps it in memory for what is signed with that. Throws `bad-input` when it does not open it. */
  unlockKey(keyFile: string, passphrase: string): Promise<void>
  /** Images and containers of podman on this machine. */
  storage(signal?: AbortSignal): Promise<ContainerStorage>
  /** Only what is named here is removed; an image that a container uses is not. Returns what could not be removed, and why. */
  removeStored(what: {
    readonly images: readonly string[]
    readonly containers: readonly string[]
  }): Promise<{ id: string; reason: string }[]>
  /** What a prune would remove: only what Diskwright made or pulled itself. */
  pruneList(): Promise<{ images: string[]; containers: string[]; bytes: number }>
  planPackage(input: JobInputDraft<'package-container'>): Promise<OutputPlan>
  buildDiskAbility(reference: string | null, options?: ReachOptions): Promise<BuildDiskAbility>
}
