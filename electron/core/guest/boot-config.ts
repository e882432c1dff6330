import { analyseBoot, type BootFacts, namedFiles, readEntries } from '#shared/boot/analyse-boot'
import type { BootFile, BootReport } from '#shared/boot/boot-entry'
import { parseExtlinux } from '#shared/boot/extlinux'
import { argValue } from '#shared/boot/kernel-args'
import type { Partition } from '#shared/images/image-info'
import { type BootPlace, fileAt, hasSystemdBoot, PathFinder, placesOn, systemPlaces } from './boot-places.js'
import { BootMemory, readAhead, type ReadPlace, readPlace } from './boot-read.js'
import type { GuestFiles } from './guest-files.js'
import { findOsTree } from './os-tree.js'
import { isReadable } from './partitions.js'

export { MAX_ENTRIES } from './boot-places.js'

/** Folders of kernels; more than this tells that an image is not what it seems to be. */
const MAX_KERNEL_FOLDERS = 64
const MAX_INCLUDES = 16

export interface FoundBoot extends Omit<BootReport, 'elapsedMs'> {
  /** There are more files than the `MAX_ENTRIES` of a folder that were read. */
  readonly cut: boolean
}

/**
 * Every file of an image that says how it boots, and what they say together: the default entry first, then the others in the order of
 * the boot menu. A file that cannot be read does not hide the others. With the same `memory`, files that are as they were are not
 * looked into again; without notes it is not looked for what is missing or odd.
 */
export async function findBootConfig(
  files: GuestFiles,
  partitions: readonly Partition[],
  { memory = new BootMemory(), withNotes = true }: { readonly memory?: BootMemory; readonly withNotes?: boolean } = {},
): Promise<FoundBoot> {
  const readable = partitions.filter((partition) => isReadable(partition.filesystem))
  const finder = new PathFinder(files, readable)
  const isIso = new Set(readable.filter(({ filesystem }) => filesystem?.kind === 'iso9660').map(({ number }) => number))
  const read = async (places: readonly BootPlace[]) => {
    const ahead = await readAhead(files, places)
    return Promise.all(
      places.map((place) => readPlace(files, finder, place, { isReadOnly: isIso.has(place.partition), known: ahead.get(place), memory })),
    )
  }
  const [found, systemdBoot] = await Promise.all([
    Promise.all(readable.map(({ number }) => placesOn(finder, number))),
    Promise.all(readable.filter(({ number }) => finder.isFat(number)).map(({ number }) => hasSystemdBoot(finder, number))),
  ])
  const menus = withoutTwins((await read(found.flatMap(({ places }) => places))).filter((row) => row !== null))
  const [included, system] = await Promise.all([
    read(await includedPlaces(finder, menus)),
    read(
      await placesOfSystem(
        files,
        finder,
        readable,
        menus.map(({ file }) => file),
      ),
    ),
  ])
  const rows = withoutTwins([...menus, ...[...included, ...system].filter((row) => row !== null)])
  const bootFiles = rows.map(({ file }) => file)
  const facts: Omit<BootFacts, 'missing'> = {
    ukis: new Map(rows.flatMap(({ file, uki }) => (uki === null ? [] : [[file.id, uki] as const]))),
    fatPartitions: new Set(readable.filter(({ number }) => finder.isFat(number)).map(({ number }) => number)),
    partitionsByUuid: new Map(
      readable.flatMap(({ number, filesystem }) => (filesystem?.uuid ? [[filesystem.uuid.toLowerCase(), number] as const] : [])),
    ),
    hasSystemdBoot: systemdBoot.includes(true),
    unreadable: rows.flatMap(({ file, unreadable }) => (unreadable === null ? [] : [{ place: file.id, reason: unreadable }])),
  }
  const missing = withNotes ? await findMissing(finder, readable, bootFiles, facts) : new Set<string>()
  const { entries, settings, notes } = analyseBoot(bootFiles, { ...facts, missing }, withNotes)
  return {
    files: bootFiles,
    entries: [...entries],
    settings: [...settings],
    notes: [...notes],
    cut: found.some(({ cut }) => cut),
    searched: found.flatMap(({ searched }) => searched),
  }
}

/** A boot partition often has a link `boot -> .`, and other links lead to the same file: each is shown once. */
function withoutTwins(rows: readonly ReadPlace[]): ReadPlace[] {
  const seen = new Set<string>()
  return rows.filter(({ file }) => {
    const keys = [`${file.partition}:${file.realPath}`, `${file.partition}:${file.path.replace(/^\/boot\//, '/')}:${file.sha256}`]
    if (keys.some((key) => seen.has(key))) return false
    for (const key of keys) seen.add(key)
    return true
  })
}

/** Menus of Debian's and other installation media are spread over several files. */
async function includedPlaces(finder: PathFinder, rows: readonly ReadPlace[]): Promise<BootPlace[]> {
  const named = rows.flatMap(({ file }) =>
    file.kind === 'extlinux' || file.kind === 'isolinux' ? includesOf(file).map((path) => ({ file, path })) : [],
  )
  const found = await Promise.all(
    named.slice(0, MAX_INCLUDES).map(({ file, path }) => {
      const folder = file.path.slice(0, file.path.lastIndexOf('/'))
      return fileAt(finder, file.partition, path.startsWith('/') ? path : `${folder}/${path}`, file.kind)
    }),
  )
  return found.flat()
}

function includesOf(file: BootFile): readonly string[] {
  try {
    return parseExtlinux(file.text).includes
  } catch {
    return []
  }
}

/** Of the system that boots; where none is recognized, every file system that has such files counts. */
async function placesOfSystem(
  files: GuestFiles,
  finder: PathFinder,
  partitions: readonly Partition[],
  bootFiles: readonly BootFile[],
): Promise<BootPlace[]> {
  const ostreeArg = bootFiles
    .filter(({ kind }) => kind === 'bls-entry')
    .flatMap(({ text }) => (text.includes('ostree=') ? (text.match(/(?<=\s)ostree=\S+/) ?? []) : []))
    .map((arg) => argValue(arg))[0]
  const tree = await findOsTree(files, partitions, { ostreeArg: ostreeArg ?? null }).catch(() => null)
  const roots = tree === null ? partitions.map(({ number }) => ({ partition: number, prefix: '' })) : [tree.root]
  return (await Promise.all(roots.map((root) => systemPlaces(finder, root)))).flat()
}

/** Kernels and initial RAM disks that entries name and that are not there. */
async function findMissing(
  finder: PathFinder,
  partitions: readonly Partition[],
  files: readonly BootFile[],
  facts: Pick<BootFacts, 'ukis' | 'partitionsByUuid'>,
): Promise<Set<string>> {
  const known = new Set(partitions.map(({ number }) => number))
  const named = readEntries(files, facts).flatMap(({ entry, passedOver }) => (passedOver ? [] : namedFiles(entry, facts)))
  const folders = new Set<string>()
  const answers = new Map<string, Promise<boolean>>()
  const isThere = (place: string): Promise<boolean> => {
    const partition = Number(place.slice(0, place.indexOf(':')))
    const path = place.slice(place.indexOf(':') + 1)
    const folder = place.slice(0, place.lastIndexOf('/'))
    // What cannot be looked up is not called missing.
    if (!known.has(partition) || (!folders.has(folder) && folders.size >= MAX_KERNEL_FOLDERS)) return Promise.resolve(true)
    folders.add(folder)
    const answer = answers.get(place) ?? finder.find(partition, path).then((found) => found !== undefined)
    answers.set(place, answer)
    return answer
  }
  const missing = await Promise.all(
    named.map(async ({ places }) => {
      for (const place of places) if (await isThere(place)) return []
      return places
    }),
  )
  return new Set(missing.flat())
}
