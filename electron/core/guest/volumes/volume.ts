import type { GuestEntry } from '#shared/images/image-info'
import type { GuestStat } from '#shared/images/guest-stat'

/** Part of a file: from `offset` (default 0), at most `length` bytes (default all). */
export interface StreamRange {
  readonly offset?: number
  readonly length?: number
  readonly signal?: AbortSignal | undefined
}

/** One file system of an open image, read by one driver. Paths are absolute in it; links on the way are followed. */
export interface GuestVolume {
  /** True where `stats` tells links from what they point to. */
  readonly tellsLinks: boolean
  /** An empty list for a folder that is not there. A link as the last name is followed. */
  list(folder: string): Promise<readonly GuestEntry[]>
  /** As `list`, for many folders at once and none of them a link. Sizes may be left out. */
  listMany(folders: readonly string[], signal?: AbortSignal): Promise<readonly (readonly GuestEntry[])[]>
  /** A link as the last name is not followed; undefined for what is not there. */
  stats(paths: readonly string[]): Promise<readonly (GuestStat | undefined)[]>
  /** Throws `guest-file-not-found`, `guest-file-too-large`, `filesystem-unreadable`. */
  read(file: string, maxBytes: number): Promise<Buffer>
  /** Whole files that are no links, many at once, with the sizes that their folder's listing tells; undefined for one that has to be read alone. */
  readMany?(files: readonly { readonly path: string; readonly sizeBytes: number }[]): Promise<readonly (Buffer | undefined)[]>
  /** As `read`, piece by piece and of any size. */
  stream(file: string, range: StreamRange): AsyncIterable<Uint8Array>
}

export const NOTHING_TOLD: Omit<GuestStat, 'kind' | 'sizeBytes'> = {
  mode: null,
  uid: null,
  gid: null,
  mtime: null,
  linkTarget: null,
  selinux: null,
}
