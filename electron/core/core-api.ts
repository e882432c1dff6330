import type { BootReport } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import type { EditPreview } from '#shared/edits/edit-preview'
import type { HealthReport } from '#shared/health/finding'
import type { RetargetEdit } from '#shared/edits/retarget-edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import type { DiskMap, SizeInFormat } from '#shared/images/disk-map'
import type { DiskReport } from '#shared/images/disk-report'
import type { DiskFormat } from '#shared/images/formats'
import type { FileSearch, FileView, GuestListing, RowFacts } from '#shared/images/guest-listing'
import type { GuestEntry, ImageInfo } from '#shared/images/image-info'
import type { OsTree } from '#shared/images/os-tree'
import type { LintExpectation, LintReport } from '#shared/lint/finding'
import type { Recipe } from '#shared/recipes/recipe'
import type { SourceReport } from '#shared/jobs/convert-request'
import type { CommandRecord, Job, Leftover } from '#shared/jobs/job'
import type { BatchPlan, BatchRequestDraft } from '#shared/jobs/convert-request'
import type { JobInput, JobInputDraft, JobRequestDraft, OutputPlan } from '#shared/jobs/job-requests'
import type { PlatformId } from '#shared/platforms/platform'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import type { RecentImage, Settings } from '#shared/settings/settings'
import type { DoctorReport } from '#shared/tools/doctor'
import type { BootTestsApi } from './create-boot-tests-api.js'
import type { CloudsApi } from './clouds-api.js'
import type { ContainersApi } from './containers-api.js'
import type { Logger } from './log/logger.js'
import type { Dirs } from './files/dirs.js'
import type { CopyItem } from './operations/copy-plan.js'
import type { ProbeOptions } from './operations/unpack/probe-source.js'
import type { SearchOptions } from './operations/search-guest.js'
import type { SecretStore } from './registry/sign-in-store.js'

/** What the core needs from its host; no singletons and no Electron below this line. */
export interface CoreDeps {
  readonly dirs: Dirs
  readonly env: NodeJS.ProcessEnv
  readonly log: Logger
  /** Keeps secrets that the user wants kept; without one none are. */
  readonly secrets?: SecretStore
  /** Whether there is someone to do what a job asks for, such as sign in again, and to resume it. Default: nobody. */
  readonly asksUser?: () => boolean
}

/** The whole surface of the core: the window, the CLI and the tests call this and nothing below it. */
export interface Core {
  readonly dirs: Dirs
  /** State folders that cannot be used, in words; empty when all is well. */
  readonly folderProblems: readonly string[]
  readonly log: Logger
  /** What keeps secrets for the user; null where nothing does. */
  readonly secrets: SecretStore | null
  doctor(options: { refresh: boolean }): Promise<DoctorReport>
  inspect(path: string, signal?: AbortSignal): Promise<ImageInfo>
  /** What a file holds that may be packed: its disks, its snapshots, whether its manifest matches. Nothing is written. */
  probeSource(path: string, signal?: AbortSignal, options?: ProbeOptions): Promise<SourceReport>
  listBootEntries(path: string, signal?: AbortSignal): Promise<BootReport>
  readonly files: FilesApi
  /** Entries of a folder. Throws as `files.list`. */
  listFiles(where: { path: string; partition?: number; folder: string }, signal?: AbortSignal): Promise<GuestEntry[]>
  /** Whole content of a guest file. Throws `guest-file-too-large` above `maxBytes` (default 16 MiB). */
  readFile(where: { path: string; partition?: number; file: string; maxBytes?: number }, signal?: AbortSignal): Promise<Buffer>
  /** What edits make of an image. Nothing is written. An edit that does not fit is told in its row. */
  previewEdits(
    path: string,
    edits: readonly Edit[],
    options?: Pick<JobInput<'save-image'>, 'idempotent' | 'expects'> & { signal?: AbortSignal },
  ): Promise<EditPreview>
  /** What a retarget after these edits would do to an image. Nothing is written. */
  planRetarget(
    path: string,
    platform: PlatformId,
    options?: Pick<RetargetEdit, 'arch' | 'extras'> & { edits?: readonly Edit[]; signal?: AbortSignal },
  ): Promise<RetargetPlanReport>
  /**
   * Whether the image with these edits would boot, on a platform or at all, and is fit to be given to others. With `initramfs` its initial RAM
   * disk is looked into, which takes seconds the first time.
   */
  checkHealth(
    path: string,
    options?: { platform?: PlatformId | null; edits?: readonly Edit[]; initramfs?: boolean; signal?: AbortSignal },
  ): Promise<HealthReport>
  /**
   * Whether a file keeps the rules of its format, of what it should be, and of its platform; by its bytes alone. Throws `file-not-found`,
   * `file-not-readable`, `not-a-regular-file`, `cancelled`.
   */
  lintArtifact(path: string, expectation?: LintExpectation, signal?: AbortSignal): Promise<LintReport>
  /** The edits as a recipe for other images, as YAML, with the boot test that was run of them last (`false`: without); and what it leaves out. */
  exportRecipe(
    path: string,
    edits: readonly Edit[],
    options?: { readonly bootTest?: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<{ recipe: Recipe; text: string; notes: string[] }>
  /**
   * Reads a recipe from a YAML or JSON file; paths of files it brings in become absolute. Throws `file-not-found`, `recipe-invalid`, the
   * latter too for files outside of its folder unless `anyHostFile` is given.
   */
  readRecipe(file: string, options?: { readonly anyHostFile?: boolean }): Promise<Recipe>
  /** The edits as a shell script of guestfish and qemu-img. Throws what keeps an edit from being applied. */
  shellScript(path: string, edits: readonly Edit[], signal?: AbortSignal): Promise<string>
  /** What there is to know of the file that a disk is in: backing files, overlays, internal snapshots, what its check says. */
  diskReport(path: string, signal?: AbortSignal): Promise<DiskReport>
  /** Where an image holds data. */
  diskMap(path: string, signal?: AbortSignal): Promise<DiskMap>
  /** What an image would take in each format. */
  measureFormats(path: string, signal?: AbortSignal): Promise<SizeInFormat[]>
  /** Names of the `qemu-img -o` options that are to be had here, by target format; rows of `FORMAT_OPTIONS` tell of them. */
  formatOptions(): Promise<Record<DiskFormat, string[]>>
  planConvert(input: JobInputDraft<'convert-image'>): Promise<OutputPlan>
  planSave(input: JobInputDraft<'save-image'>): Promise<OutputPlan>
  /** Every source for every preset: what each result will be and whether all fit. Nothing is written. Throws when the folder is not there. */
  planBatch(request: BatchRequestDraft, signal?: AbortSignal): Promise<BatchPlan>
  /**
   * Queues what can be made of a batch: not what has a problem, and without `replace` not what is there already. Throws the first problem
   * when nothing can.
   */
  startBatch(request: BatchRequestDraft): Promise<Job[]>
  readonly containers: ContainersApi
  /** Uploads to clouds and registries. */
  readonly clouds: CloudsApi
  /** Machines of boot tests while they run. */
  readonly bootTests: BootTestsApi
  readonly jobs: JobsApi
  readonly recents: RecentsApi
  readonly settings: SettingsApi
  readonly recovery: RecoveryApi
  /** Ends reader sessions and running jobs (as cancelled) and waits for their clean-up. */
  close(): Promise<void>
}

/** Edits that are staged, so that reads see what they make; and what ends the work early. */
export interface ViewOptions {
  readonly edits?: readonly Edit[]
  readonly signal?: AbortSignal | undefined
}

/**
 * Files inside images. A place without a partition is one of the system's own tree where there is one (`tree`), else of the only
 * partition that has it. All throw `partition-not-found`, `filesystem-unreadable`, `bad-input` where a place is not clear.
 */
export interface FilesApi {
  /** The tree that the system in an image sees; null where no system is found. */
  tree(path: string, signal?: AbortSignal): Promise<OsTree | null>
  /** A folder, links followed. Throws `guest-file-not-found`. */
  list(path: string, where: GuestPlace, options?: ViewOptions): Promise<GuestListing>
  /** What a listing leaves out, of names in a folder; one call for as many as are on a screen. */
  facts(path: string, where: GuestPlace, names: readonly string[], options?: ViewOptions): Promise<RowFacts[]>
  /** A file to look at, of any size: text, or bytes from `offset`. Throws `guest-file-not-found`. */
  view(path: string, place: GuestPlace, options?: ViewOptions & { readonly offset?: number }): Promise<FileView>
  /** Whole content of a file. Throws `guest-file-too-large` above `maxBytes` (default 16 MiB). */
  read(path: string, place: GuestPlace, options?: ViewOptions & { readonly maxBytes?: number }): Promise<Buffer>
  /** Files and folders below a folder by a part of their name, or a pattern with `*` and `?`. Throws `cancelled`. */
  search(
    path: string,
    where: GuestPlace,
    query: string,
    options?: ViewOptions & Pick<SearchOptions, 'onHits' | 'limits'>,
  ): Promise<FileSearch>
  /**
   * Copies into a folder, which is made, at once and without a job: for what is small. Returns the paths that were made.
   * Throws `guest-file-too-large` above `maxBytes` in all.
   */
  copyOut(
    path: string,
    what: { readonly items: readonly CopyItem[]; readonly folder: string; readonly maxBytes: number },
    options?: ViewOptions,
  ): Promise<string[]>
}

export interface JobsApi {
  list(): Job[]
  get(id: string): Job
  /** Queues a job; throws `bad-input` when the request does not fit its schema. */
  start(request: JobRequestDraft): Job
  /** Queues a batch in this order, all of it or nothing; throws `bad-input` when a request does not fit its schema. */
  startAll(requests: readonly JobRequestDraft[], batch: { readonly title: string }): Job[]
  cancel(id: string): void
  /** Cancels what has not ended. Throws `job-not-found`. */
  cancelBatch(batch: string): void
  /**
   * Holds queued jobs and makes running ones stand still: tools that may be stopped at any point stop at once, what writes inside of
   * images ends its step first. Ended ones are left alone.
   */
  pause(ids: readonly string[]): void
  resume(ids: readonly string[]): void
  /** Puts a queued job before another one, or last. Throws `bad-input` when it waits no more. */
  move(id: string, before: string | null): void
  /** Starts a new job with the same input, at the same place of the same batch. */
  retry(id: string): Job
  /** The same for all of a batch that failed, was interrupted or cancelled, and was not tried again since. Throws `job-not-found`. */
  retryFailed(batch: string): Job[]
  /** Removes ended jobs from the history; running ones are left. */
  remove(ids: readonly string[]): void
  log(id: string): { lines: string[]; commands: CommandRecord[] }
  /** Resolves when the job has ended, with its final record. */
  wait(id: string): Promise<Job>
  onChange(listener: (job: Job) => void): () => void
  onRemoved(listener: (ids: string[]) => void): () => void
}

export interface RecentsApi {
  list(): Promise<RecentImage[]>
  add(info: ImageInfo): void
  remove(path: string): void
}

export interface SettingsApi {
  get(): Settings
  set(change: Partial<Settings>): Settings
  onChange(listener: (settings: Settings) => void): () => void
}

export interface RecoveryApi {
  /** What crashed jobs left: part files, folders, mounts, processes. */
  list(): Promise<Leftover[]>
  /** Removes it and returns what could not be removed. */
  clean(): Promise<Leftover[]>
}
