import { create } from 'zustand'
import type { ImageTab, OutputTarget } from '../components/app-actions.js'

export type View =
  | { readonly kind: 'home' }
  | { readonly kind: 'images' }
  | { readonly kind: 'convert' }
  | { readonly kind: 'containers' }
  | { readonly kind: 'ship' }
  | { readonly kind: 'jobs'; readonly selected: string | null }
  | { readonly kind: 'tools' }
  | { readonly kind: 'settings' }

export type OpenDialog =
  | { readonly kind: 'convert'; readonly paths: readonly string[]; readonly target?: OutputTarget | null }
  | { readonly kind: 'save'; readonly path: string; readonly mode: 'new-file' | 'in-place'; readonly target?: OutputTarget | null }
  /** A recipe that could not be staged at once: no image was shown, or it does not fit the one that was. */
  | { readonly kind: 'recipe'; readonly file: string; readonly refused: { readonly path: string; readonly error: unknown } | null }
  /** Whether the boot test of what is staged goes along. */
  | { readonly kind: 'export-recipe'; readonly path: string }
  | { readonly kind: 'package'; readonly path: string }
  | { readonly kind: 'boot-test'; readonly path: string }
  /** Asks before staged edits are thrown away with their tab. */
  | { readonly kind: 'close'; readonly path: string; readonly edits: number }

export interface OpenImage {
  readonly path: string
  readonly tab: ImageTab
}

interface NavigationStore {
  readonly view: View
  readonly images: readonly OpenImage[]
  /** The image whose workbench the Images view shows. */
  readonly active: string | null
  readonly dialog: OpenDialog | null
  show(view: View): void
  open(paths: readonly string[]): void
  close(path: string): void
  /** Goes to the next open image, or the one before with -1. */
  cycle(step: 1 | -1): void
  showTab(path: string, tab: ImageTab): void
  openDialog(dialog: OpenDialog | null): void
}

function closed(state: NavigationStore, path: string): Partial<NavigationStore> {
  const at = state.images.findIndex((image) => image.path === path)
  if (at < 0) return {}
  const images = state.images.filter((image) => image.path !== path)
  if (state.active !== path) return { images }
  const neighbour = images[Math.min(at, images.length - 1)]
  if (neighbour !== undefined) return { images, active: neighbour.path }
  return { images, active: null, view: state.view.kind === 'images' ? { kind: 'home' } : state.view }
}

export const useNavigation = create<NavigationStore>()((set) => ({
  view: { kind: 'home' },
  images: [],
  active: null,
  dialog: null,
  show: (view) => set({ view }),
  open: (paths) =>
    set((state) => {
      const known = new Set(state.images.map((image) => image.path))
      const added = [...new Set(paths)].filter((path) => !known.has(path)).map((path): OpenImage => ({ path, tab: 'boot' }))
      const active = paths.at(-1)
      if (active === undefined) return {}
      return { images: [...state.images, ...added], active, view: { kind: 'images' } }
    }),
  close: (path) => set((state) => closed(state, path)),
  cycle: (step) =>
    set(({ images, active }) => {
      if (images.length === 0) return {}
      const at = images.findIndex((image) => image.path === active)
      const next = images[(at + step + images.length) % images.length]
      return next === undefined ? {} : { active: next.path, view: { kind: 'images' } }
    }),
  showTab: (path, tab) =>
    set(({ images }) => ({
      images: images.map((image) => (image.path === path ? { ...image, tab } : image)),
      active: path,
      view: { kind: 'images' },
    })),
  openDialog: (dialog) => set({ dialog }),
}))
