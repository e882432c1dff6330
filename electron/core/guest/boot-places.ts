import type { BootFileKind } from '#shared/boot/boot-entry'
import type { GuestEntry, Partition } from '#shared/images/image-info'
import type { GuestFiles } from './guest-files.js'

/** More than any boot menu has. Each costs a call, and an image can hold as many as it likes. */
export const MAX_ENTRIES = 500
const MAX_VENDORS = 32

/** A file that says how the image boots, found by name and not read yet. */
export interface BootPlace {
  readonly kind: BootFileKind
  readonly partition: number
  /** As the file system spells it. */
  readonly path: string
  readonly entry: GuestEntry
  /** A link stands in the path. */
  readonly linked: boolean
}

export interface FoundPlaces {
  readonly places: readonly BootPlace[]
  /** Folders of entries that were looked for. */
  readonly searched: readonly string[]
  /** A folder has more files than are read. */
  readonly cut: boolean
}

/** Folders on top of which boot files lie: a boot partition's root, and /boot of a system with one file system. */
const TOPS = ['', '/boot'] as const

/** Single files, below a top. */
const FILES: readonly (readonly [BootFileKind, readonly string[]])[] = [
  ['loader-conf', ['loader/loader.conf']],
  [
    'grub-cfg',
    ['grub2/grub.cfg', 'grub/grub.cfg', ...['console', 'user', 'custom'].flatMap((name) => [`grub2/${name}.cfg`, `grub/${name}.cfg`])],
  ],
  ['grubenv', ['grub2/grubenv', 'grub/grubenv']],
  [
    'extlinux',
    [
      'extlinux/extlinux.conf',
      'extlinux.conf',
      'syslinux/extlinux.conf',
      'syslinux/syslinux.cfg',
      'syslinux.cfg',
      'EFI/syslinux/syslinux.cfg',
    ],
  ],
  ['isolinux', ['isolinux/isolinux.cfg', 'isolinux.cfg', 'syslinux/isolinux.cfg']],
  ['platforms-json', ['coreos/platforms.json']],
]

/** Looks up paths folder by folder, so that nothing is asked below a folder that is not there. Names on FAT have no case. */
export class PathFinder {
  private readonly fat: ReadonlySet<number>

  constructor(
    private readonly files: GuestFiles,
    partitions: readonly Partition[],
  ) {
    this.fat = new Set(partitions.filter(({ filesystem }) => filesystem?.kind === 'fat').map(({ number }) => number))
  }

  isFat(partition: number): boolean {
    return this.fat.has(partition)
  }

  /** The path as the file system spells it, with its entry; undefined where it is not there. */
  async find(partition: number, path: string): Promise<{ path: string; entry: GuestEntry; linked: boolean } | undefined> {
    let folder = ''
    let linked = false
    let entry: GuestEntry = { name: '', kind: 'folder', sizeBytes: null }
    for (const part of path.split('/').filter((one) => one !== '' && one !== '.')) {
      if (part === '..') {
        folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
        continue
      }
      const names = await this.list(partition, folder)
      const found =
        names.find(({ name }) => name === part) ?? (this.isFat(partition) ? names.find((one) => sameName(one.name, part)) : undefined)
      if (!found) return undefined
      entry = found
      linked ||= found.kind === 'link'
      folder = `${folder}/${found.name}`
    }
    return { path: folder === '' ? '/' : folder, entry, linked }
  }

  list(partition: number, folder: string): Promise<readonly GuestEntry[]> {
    return this.files.list(partition, folder === '' ? '/' : folder).catch(() => [])
  }
}

function sameName(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

/** Everything on a partition that says how the image boots. */
export async function placesOn(finder: PathFinder, partition: number): Promise<FoundPlaces> {
  const found = await Promise.all(TOPS.map((top) => placesBelow(finder, partition, top)))
  return {
    places: found.flatMap(({ places }) => places),
    searched: TOPS.map((top) => `${partition}:${top}/loader/entries`),
    cut: found.some(({ cut }) => cut),
  }
}

async function placesBelow(finder: PathFinder, partition: number, top: string): Promise<Pick<FoundPlaces, 'places' | 'cut'>> {
  const names = FILES.flatMap(([kind, paths]) => paths.map((path) => ({ kind, path: `${top}/${path}` })))
  const [entries, ukis, vendors, ...single] = await Promise.all([
    filesIn(finder, partition, `${top}/loader/entries`, 'bls-entry', /\.conf(\.disabled)?$/i),
    filesIn(finder, partition, `${top}/EFI/Linux`, 'uki', /\.efi(\.disabled)?$/i),
    vendorFiles(finder, partition, `${top}/EFI`),
    ...names.map(({ kind, path }) => fileAt(finder, partition, path, kind)),
  ])
  return { places: [...entries.places, ...ukis.places, ...vendors, ...single.flat()], cut: entries.cut || ukis.cut }
}

export async function fileAt(finder: PathFinder, partition: number, path: string, kind: BootFileKind): Promise<BootPlace[]> {
  const found = await finder.find(partition, path)
  return found === undefined || found.entry.kind === 'folder' ? [] : [{ kind, partition, ...found }]
}

export async function filesIn(
  finder: PathFinder,
  partition: number,
  folder: string,
  kind: BootFileKind,
  names: RegExp,
): Promise<Pick<FoundPlaces, 'places' | 'cut'>> {
  const found = await finder.find(partition, folder)
  if (!found || found.entry.kind === 'file') return { places: [], cut: false }
  const entries = (await finder.list(partition, found.path))
    .filter((entry) => entry.kind !== 'folder' && names.test(entry.name))
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
  const places = entries.slice(0, MAX_ENTRIES).map(
    (entry): BootPlace => ({
      kind,
      partition,
      path: `${found.path}/${entry.name}`,
      entry,
      linked: found.linked || entry.kind === 'link',
    }),
  )
  return { places, cut: entries.length > MAX_ENTRIES }
}

/** GRUB's own folder on an EFI system partition has the name of the distribution. */
async function vendorFiles(finder: PathFinder, partition: number, folder: string): Promise<BootPlace[]> {
  const efi = await finder.find(partition, folder)
  if (!efi) return []
  const vendors = (await finder.list(partition, efi.path))
    .filter(({ kind, name }) => kind !== 'file' && !sameName(name, 'Linux'))
    .slice(0, MAX_VENDORS)
  const found = await Promise.all(
    vendors.flatMap(({ name }) => [
      fileAt(finder, partition, `${efi.path}/${name}/grub.cfg`, 'grub-cfg'),
      fileAt(finder, partition, `${efi.path}/${name}/grubenv`, 'grubenv'),
    ]),
  )
  return found.flat()
}

/** What the system in the image keeps for kernels that are installed later: /etc/kernel/cmdline and the settings of grub-mkconfig. */
export async function systemPlaces(
  finder: PathFinder,
  root: { readonly partition: number; readonly prefix: string },
): Promise<BootPlace[]> {
  const { partition, prefix } = root
  const [cmdline, settings, dropIns] = await Promise.all([
    fileAt(finder, partition, `${prefix}/etc/kernel/cmdline`, 'kernel-cmdline'),
    fileAt(finder, partition, `${prefix}/etc/default/grub`, 'grub-default'),
    filesIn(finder, partition, `${prefix}/etc/default/grub.d`, 'grub-default', /\.cfg$/),
  ])
  return [...cmdline, ...settings, ...dropIns.places]
}

/** systemd-boot's program, where bootctl(1) puts it. */
export async function hasSystemdBoot(finder: PathFinder, partition: number): Promise<boolean> {
  const folder = await finder.find(partition, '/EFI/systemd')
  if (!folder) return false
  return (await finder.list(partition, folder.path)).some(({ name }) => /^systemd-boot[a-z0-9]*\.efi$/i.test(name))
}
