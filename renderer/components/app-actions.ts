import { createContext, use } from 'react'
import type { Job } from '#shared/jobs/job'
import type { DiskFormat } from '#shared/images/formats'
import type { ArtifactId } from '#shared/platforms/artifact-ids'

export type ImageTab = 'boot' | 'files' | 'health' | 'system' | 'disk' | 'edits' | 'boot-test'

/** What an image is to become; the dialog can still say otherwise. */
export interface OutputTarget {
  readonly format: DiskFormat
  readonly subformat: string
}

/** What any part of the window may ask of the app around it; the app provides it, so that parts need not know the shell. */
export interface AppActions {
  chooseImages(): void
  openImages(paths: readonly string[]): void
  closeImage(path: string): void
  showTab(path: string, tab: ImageTab): void
  convert(paths: readonly string[], target?: OutputTarget): void
  /** Goes to the Convert screen with these images in its table, and these targets ticked. */
  convertMany(paths: readonly string[], artifacts?: readonly ArtifactId[]): void
  /** Goes to the table of jobs that were started together. */
  showBatch(id: string): void
  save(path: string, mode: 'new-file' | 'in-place', target?: OutputTarget): void
  /** Asks how an image is booted for a test. */
  bootTest(path: string): void
  /** Goes to a boot test of an image. */
  showBootTest(path: string, job: string): void
  /** Goes to the Ship screen with the upload of this file, begun or gone on with. */
  ship(path: string): void
  /** Goes to the upload that this job runs. */
  showUpload(job: Job): void
  /** Asks for a recipe and stages it on an image. */
  chooseRecipe(path: string): void
  /** Saves what is staged on an image as a recipe; asks about the boot test of it where there is one. */
  exportRecipe(path: string): void
  showJobs(id: string | null): void
  showTools(): void
  showSettings(): void
  /** Goes to the Containers screen and looks into this image, or only there. */
  openContainer(reference?: string): void
  /** Asks how a disk becomes a container image. */
  packageImage(path: string): void
  /** Asks who signs in at a registry; `goOn` goes on with what was refused. */
  signIn(registry: string, goOn?: () => void): void
  /** The user agreed that this registry is asked without TLS while the window is open. */
  allowPlainHttp(registry: string): void
  /** Shows an error that belongs to no place on the screen. */
  reportFailure(error: unknown): void
}

export const AppActionsContext = createContext<AppActions | null>(null)

export function useAppActions(): AppActions {
  const actions = use(AppActionsContext)
  if (actions === null) throw new Error('AppActionsContext has no provider')
  return actions
}
