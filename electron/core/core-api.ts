import type { BootReport } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import type { EditPreview } from '#shared/edits/edit-preview'
import type { HealthReport } from '#shared/health/finding'
import type { RetargetEdit } from '#shared/edits/retarget-edit'
import type { GuestEntry, ImageInfo } from '#shared/images/image-info'
import type { Recipe } from '#shared/recipes/recipe'
import type { CommandRecord, Job, Leftover } from '#shared/jobs/job'
import type { JobInput, JobRequest, OutputPlan } from '#shared/jobs/job-requests'
import type { PlatformId } from '#shared/platforms/platform'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import type { RecentImage, Settings } from '#shared/settings/settings'
import type { DoctorReport } from '#shared/tools/doctor'
import type { Logger } from './log/logger.js'
import type { Dirs } from './files/dirs.js'

/** What the core needs from its host; no singletons and no Electron below this line. */
export interface CoreDeps {
  readonly dirs: Dirs
  readonly env: NodeJS.ProcessEnv
  readonly log: Logger
}

/** The whole surface of the core: the window, the CLI and the tests call this and nothing below it. */
export interface Core {
  readonly dirs: Dirs
  /** State folders that cannot be used, in words; empty when all is well. */
  readonly folderProblems: readonly string[]
  readonly log: Logger
  doctor(options: { refresh: boolean }): Promise<DoctorReport>
  inspect(path: string, signal?: AbortSignal): Promise<ImageInfo>
  listBootEntries(path: string, signal?: AbortSignal): Promise<BootReport>
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
  /** The edits as a recipe for other images, as YAML; and what it leaves out. */
  exportRecipe(path: string, edits: readonly Edit[], signal?: AbortSignal): Promise<{ recipe: Recipe; text: string; notes: string[] }>
  /** Reads a recipe from a YAML or JSON file; paths of files it brings in become absolute. Throws `file-not-found`, `recipe-invalid`. */
  readRecipe(file: string): Promise<Recipe>
  /** The edits as a shell script of guestfish and qemu-img. Throws what keeps an edit from being applied. */
  shellScript(path: string, edits: readonly Edit[], signal?: AbortSignal): Promise<string>
  planConvert(input: JobInput<'convert-image'>): Promise<OutputPlan>
  planSave(input: JobInput<'save-image'>): Promise<OutputPlan>
  readonly jobs: JobsApi
  readonly recents: RecentsApi
  readonly settings: SettingsApi
  readonly recovery: RecoveryApi
  /** Ends reader sessions and running jobs (as cancelled) and waits for their clean-up. */
  close(): Promise<void>
}

export interface JobsApi {
  list(): Job[]
  get(id: string): Job
  /** Queues a job; throws `bad-input` when the request does not fit its schema. */
  start(request: JobRequest): Job
  cancel(id: string): void
  /** Starts a new job with the same input. */
  retry(id: string): Job
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
