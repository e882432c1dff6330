import type { BootEntry, BootFile } from './boot-entry.js'
import type { ArgNode } from './entry-args.js'

/** What the texts of the files alone do not tell. */
export interface BootFacts {
  /** Of each unified kernel image, by `BootFile.id`. */
  readonly ukis: ReadonlyMap<string, UkiFacts>
  /** EFI system partitions and others with FAT, where the firmware's own programs look. */
  readonly fatPartitions: ReadonlySet<number>
  /** Partitions by file system UUID, lower case. */
  readonly partitionsByUuid: ReadonlyMap<string, number>
  /** Whether systemd-boot's program is on an EFI system partition. */
  readonly hasSystemdBoot: boolean
  /** `PARTITION:PATH` of files that entries name and that are not there. */
  readonly missing: ReadonlySet<string>
  /** Files that could not be read. */
  readonly unreadable: readonly { readonly place: string; readonly reason: string }[]
}

export interface UkiFacts {
  readonly osRelease: string | null
  readonly uname: string | null
  readonly signed: boolean
  /** Names of the addons beside it, whose arguments come after its own. */
  readonly addons: readonly string[]
}

export const NO_FACTS: BootFacts = {
  ukis: new Map(),
  fatPartitions: new Set(),
  partitionsByUuid: new Map(),
  hasSystemdBoot: false,
  missing: new Set(),
  unreadable: [],
}

/** An entry while it is looked at. */
export interface FoundEntry {
  readonly entry: BootEntry
  readonly nodes: readonly ArgNode[]
  /** Its boot loader passes over it: there is no kernel in it, it is switched off, or it cannot be read. */
  readonly passedOver: boolean
  /** Place in GRUB's own menu, id, and where it stands in the script; null for all others. */
  readonly grub: { readonly index: string; readonly id: string | null; readonly start: number } | null
}

export function fileOf(files: readonly BootFile[], id: string): BootFile | undefined {
  return files.find((file) => file.id === id)
}

/** The part after the last `/`. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
