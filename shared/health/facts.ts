import type { BootEntry, BootFile, BootNote } from '../boot/boot-entry.js'
import type { ImageInfo, Partition } from '../images/image-info.js'
import type { OsTree } from '../images/os-tree.js'
import type { OsFamily } from '../platforms/os-family.js'
import type { PlannedRetarget } from '../platforms/plan-retarget.js'
import type { PlatformArch } from '../platforms/platform.js'
import type { FstabRow } from '../system/fstab.js'

/** What was found out, or why it was not. */
export type Fact<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string }

/** A mount of fstab(5) and the partition that it names; null where none of the image's is named. */
export interface FstabFact {
  readonly row: FstabRow
  readonly partition: number | null
  /** A disk, and not `tmpfs` or a share. */
  readonly isDisk: boolean
}

/** A device in a boot entry's arguments (`root=UUID=…`), or in what a boot loader looks for. */
export interface DeviceFact {
  readonly key: string
  readonly spec: string
  readonly partition: number | null
}

/** A file that a boot entry names. */
export interface EntryFileFact {
  readonly entry: string
  readonly role: 'kernel' | 'initramfs' | 'efi' | 'devicetree'
  readonly path: string
  /** `unknown`: on no partition that can be read, or in a variable. */
  readonly state: 'present' | 'empty' | 'missing' | 'unknown'
}

export interface EspFact {
  readonly partition: number
  /** Paths of EFI programs, as they stand there. */
  readonly programs: readonly string[]
}

export interface InitramfsFact {
  /** `BootEntry.id` whose initial RAM disks were looked into. */
  readonly entry: string
  /** Kernel modules, without path and ending, with underscores. */
  readonly modules: ReadonlySet<string>
  /** Those that are part of the kernel (modules.builtin). */
  readonly builtin: ReadonlySet<string>
  /** Paths in it, of programs and configuration that matter here. */
  readonly hasIgnition: boolean
}

export const LEFTOVER_TOPICS = [
  'ssh-host-keys',
  'authorized-keys',
  'machine-id',
  'shell-history',
  'cloud-credentials',
  'private-keys',
  'dhcp-leases',
  'random-seed',
  'cloud-init-state',
  'logs',
  'network-names',
  'bound-connections',
  'core-dumps',
] as const
export type LeftoverTopic = (typeof LEFTOVER_TOPICS)[number]

/** Paths of the system, by topic; a topic without any has an empty list. */
export type LeftoverFacts = Readonly<Record<LeftoverTopic, readonly string[]>>

/** Everything that checks look at. It is read from the image with the staged edits applied. */
export interface HealthFacts {
  readonly image: Pick<
    ImageInfo,
    'format' | 'variant' | 'virtualBytes' | 'sectorBytes' | 'table' | 'extended' | 'firmware' | 'warnings' | 'backingChain'
  >
  readonly partitions: readonly Partition[]
  /** The backup GPT is put in its place by a staged edit. */
  readonly backupGptMoves: boolean
  readonly entries: readonly BootEntry[]
  readonly files: readonly BootFile[]
  readonly notes: readonly BootNote[]
  readonly family: OsFamily
  readonly arch: PlatformArch
  readonly tree: Fact<OsTree>
  readonly fstab: Fact<readonly FstabFact[]>
  /** By entry: devices in its arguments. */
  readonly argDevices: ReadonlyMap<string, readonly DeviceFact[]>
  /** By `BootFile.id`: what GRUB scripts search for. */
  readonly searches: ReadonlyMap<string, readonly DeviceFact[]>
  readonly entryFiles: readonly EntryFileFact[]
  readonly esps: Fact<readonly EspFact[]>
  readonly initramfs: Fact<InitramfsFact>
  /** Programs that set a machine up or report to its host, as PlatformRow.agents names them, and whether they are there. */
  readonly agents: Fact<ReadonlyMap<string, boolean>>
  readonly leftovers: Fact<LeftoverFacts>
  readonly rootPassword: Fact<'none' | 'locked' | 'set'>
  /** What a retarget to the platform that is asked about would do; null without a platform. */
  readonly retarget: PlannedRetarget | null
}

export function known<T>(value: T): Fact<T> {
  return { known: true, value }
}

export function unknown(why: string): { readonly known: false; readonly why: string } {
  return { known: false, why }
}

/** The entry that boots by itself, else the first. */
export function defaultEntry(facts: Pick<HealthFacts, 'entries'>): BootEntry | undefined {
  return facts.entries.find((entry) => entry.isDefault) ?? facts.entries.find((entry) => entry.enabled)
}

/** Entries that can boot, the default one first. */
export function bootableEntries(facts: Pick<HealthFacts, 'entries'>): readonly BootEntry[] {
  return facts.entries.filter((entry) => entry.enabled)
}
