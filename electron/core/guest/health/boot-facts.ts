import { namedFiles } from '#shared/boot/analyse-boot'
import type { BootEntry, BootFile } from '#shared/boot/boot-entry'
import { parseGrubCfg } from '#shared/boot/grub-cfg'
import { argKey, argValue } from '#shared/boot/kernel-args'
import { type DeviceFact, type EntryFileFact, type EspFact, type Fact, known, unknown } from '#shared/health/facts'
import type { Partition } from '#shared/images/image-info'
import { reasonOf } from '#shared/platforms/retarget-files'
import { PathFinder } from '../boot-places.js'
import { partitionOfSpec } from '../device-spec.js'
import type { GuestFiles } from '../guest-files.js'
import { isReadable } from '../partitions.js'

/** More entries than this say nothing new about an image. */
const MAX_ENTRIES = 100
const MAX_VENDORS = 32
const DEVICE_KEYS: ReadonlySet<string> = new Set(['root', 'resume', 'boot'])

/** A file of an entry, and where it was found; null where it was not. */
export interface FoundEntryFile extends EntryFileFact {
  readonly place: { readonly partition: number; readonly path: string } | null
}

/** Every file that an entry that can boot names, and whether it is there and holds something. */
export async function findEntryFiles(
  files: GuestFiles,
  partitions: readonly Partition[],
  entries: readonly BootEntry[],
): Promise<FoundEntryFile[]> {
  const readable = partitions.filter(({ filesystem }) => isReadable(filesystem))
  const finder = new PathFinder(files, readable)
  const numbers = new Set(readable.map(({ number }) => number))
  const partitionsByUuid = new Map(
    readable.flatMap(({ number, filesystem }) => (filesystem?.uuid ? [[filesystem.uuid.toLowerCase(), number] as const] : [])),
  )
  const named = entries
    .filter(({ enabled }) => enabled)
    .slice(0, MAX_ENTRIES)
    .flatMap((entry) => namedFiles(entry, { partitionsByUuid }).map((file) => ({ entry, file })))
  return Promise.all(
    named.map(async ({ entry, file }): Promise<FoundEntryFile> => {
      const role = file.what === 'initrd' ? 'initramfs' : entry.linux === file.path ? 'kernel' : 'efi'
      const common = { entry: entry.id, role, path: file.path } as const
      const places = file.places.map(placeOf).filter(({ partition }) => numbers.has(partition))
      for (const { partition, path } of places) {
        const found = await finder.find(partition, path)
        if (found) return { ...common, state: found.entry.sizeBytes === 0 ? 'empty' : 'present', place: { partition, path: found.path } }
      }
      return { ...common, state: places.length === 0 ? 'unknown' : 'missing', place: null }
    }),
  )
}

function placeOf(text: string): { partition: number; path: string } {
  const cut = text.indexOf(':')
  return { partition: Number(text.slice(0, cut)), path: text.slice(cut + 1) }
}

/** Devices in the arguments of each entry. */
export function findArgDevices(entries: readonly BootEntry[], partitions: readonly Partition[]): ReadonlyMap<string, DeviceFact[]> {
  return new Map(
    entries.map((entry) => [
      entry.id,
      entry.args.flatMap((arg): DeviceFact[] => {
        const [key, spec] = [argKey(arg), argValue(arg)]
        return DEVICE_KEYS.has(key) && spec ? [deviceFact(key, spec, partitions)] : []
      }),
    ]),
  )
}

/** What GRUB scripts search for by label or UUID; a value in a variable cannot be told. */
export function findSearches(files: readonly BootFile[], partitions: readonly Partition[]): ReadonlyMap<string, DeviceFact[]> {
  const scripts = files.filter(({ kind }) => kind === 'grub-cfg')
  return new Map(
    scripts.map((file) => {
      const searches = parseGrubCfg(file.text).searches.filter(({ by, value }) => by !== 'file' && !value.includes('$'))
      const devices = searches.map(({ by, value }) =>
        deviceFact(`search --${by}`, by === 'label' ? `LABEL=${value}` : `UUID=${value}`, partitions),
      )
      return [file.id, devices.filter(({ spec }, at) => devices.findIndex((one) => one.spec === spec) === at)]
    }),
  )
}

function deviceFact(key: string, spec: string, partitions: readonly Partition[]): DeviceFact {
  return { key, spec, partition: partitionOfSpec(partitions, spec)?.number ?? null }
}

/** EFI programs on each EFI system partition, one folder deep below /EFI. */
export async function findEsps(files: GuestFiles, partitions: readonly Partition[]): Promise<Fact<EspFact[]>> {
  const esps = partitions.filter(({ isEsp }) => isEsp)
  const finder = new PathFinder(files, esps)
  try {
    return known(await Promise.all(esps.map(async ({ number }) => ({ partition: number, programs: await programsOn(finder, number) }))))
  } catch (thrown) {
    return unknown(reasonOf(thrown))
  }
}

async function programsOn(finder: PathFinder, partition: number): Promise<string[]> {
  const top = await finder.find(partition, '/EFI')
  if (!top) return []
  const folders = (await finder.list(partition, top.path)).filter(({ kind }) => kind === 'folder').slice(0, MAX_VENDORS)
  const found = await Promise.all(
    folders.map(async ({ name }) => {
      const folder = `${top.path}/${name}`
      return (await finder.list(partition, folder)).filter((entry) => /\.efi$/i.test(entry.name)).map((entry) => `${folder}/${entry.name}`)
    }),
  )
  return found.flat()
}
