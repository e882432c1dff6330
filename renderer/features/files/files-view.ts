import { create } from 'zustand'
import type { GuestPlace } from '#shared/edits/guest-place'

/** Where one looks in an image: the system's own tree, or the partition of this number. */
export type Place = 'system' | number

/** A file that is open to be read or changed. */
export interface OpenFile {
  readonly place: GuestPlace
  readonly name: string
  /** The text that was typed and is not staged; null where nothing was. */
  readonly typed: string | null
}

export interface FilesView {
  /** Null: the system's tree where there is one, else the largest partition. */
  readonly place: Place | null
  readonly folder: string
  /** The name that is gone to when the folder shows. */
  readonly goTo: string | null
  /** What is searched for in all folders; null while a folder shows. */
  readonly search: string | null
  readonly open: OpenFile | null
}

const START: FilesView = { place: null, folder: '/', goTo: null, search: null, open: null }

interface FilesViewStore {
  readonly byPath: Readonly<Record<string, FilesView>>
  change(path: string, change: Partial<FilesView>): void
  /** The image was closed. */
  forget(path: string): void
}

/** Kept for as long as the window is open: going to another tab and back loses neither the place nor what was typed. */
export const useFilesViewStore = create<FilesViewStore>()((set) => ({
  byPath: {},
  change: (path, change) => set(({ byPath }) => ({ byPath: { ...byPath, [path]: { ...(byPath[path] ?? START), ...change } } })),
  forget: (path) => set(({ byPath }) => ({ byPath: Object.fromEntries(Object.entries(byPath).filter(([known]) => known !== path)) })),
}))

export function useFilesView(path: string): FilesView {
  return useFilesViewStore((store) => store.byPath[path] ?? START)
}
