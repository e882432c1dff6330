import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { readBlsEntry } from '#shared/boot/bls'
import type { BootEntry, BootFile, BootReport } from '#shared/boot/boot-entry'
import { findDefaultEntry, sortEntries } from '#shared/boot/default-entry'
import { AppError } from '#shared/errors/app-error'
import type { Partition } from '#shared/images/image-info'
import type { GuestFiles } from './guest-files.js'
import { isReadable } from './partitions.js'

/** Folders below a partition's root that hold BLS entries: the `$BOOT` of the specification, and /boot on the root file system. */
const ENTRY_FOLDERS = ['/loader/entries', '/boot/loader/entries'] as const
const GRUBENV_FILES = ['/grub2/grubenv', '/grub/grubenv', '/boot/grub2/grubenv', '/boot/grub/grubenv'] as const
const ENTRY_MAX_BYTES = 64 * 1024
/** More than any boot menu has. Each costs a call, and an image can hold as many as it likes. */
export const MAX_ENTRIES = 500

export interface FoundBoot extends Omit<BootReport, 'elapsedMs'> {
  /** There are more files than the `MAX_ENTRIES` of a folder that were read. */
  readonly cut: boolean
}

/** An entry with its file. */
interface ReadEntry {
  readonly entry: BootEntry
  readonly file: BootFile
  /** Boot loaders pass over it: there is no kernel in it, or it cannot be read. */
  readonly passedOver: boolean
}

/** All BLS type 1 entries of an image, the default one marked and first, the others in the order of a boot menu. One entry that cannot be read does not hide the others. */
export async function findBootConfig(files: GuestFiles, partitions: readonly Partition[]): Promise<FoundBoot> {
  const readable = partitions.filter((partition) => isReadable(partition.filesystem))
  const places = readable.flatMap((partition) => ENTRY_FOLDERS.map((folder) => ({ partition: partition.number, folder })))
  const found = await Promise.all(places.map((place) => entriesIn(files, place.partition, place.folder)))
  const read = withoutLinkedTwins(found.flatMap((folder) => folder.entries))
  return {
    files: read.map(({ file }) => file),
    entries: await markDefault(files, read),
    settings: [],
    notes: [],
    cut: found.some((folder) => folder.cut),
    searched: places.map((place) => `${place.partition}:${place.folder}`),
  }
}

async function entriesIn(files: GuestFiles, partition: number, folder: string): Promise<{ entries: ReadEntry[]; cut: boolean }> {
  if (!(await folderIsThere(files, partition, folder))) return { entries: [], cut: false }
  const names = (await files.list(partition, folder)).filter(
    (entry) => entry.kind !== 'folder' && entry.name.toLowerCase().endsWith('.conf'),
  )
  const entries = await Promise.all(names.slice(0, MAX_ENTRIES).map((entry) => readEntry(files, partition, `${folder}/${entry.name}`)))
  return { entries, cut: names.length > MAX_ENTRIES }
}

/** Asks from the root down, for most partitions have no such folder and every listing costs a call. */
async function folderIsThere(files: GuestFiles, partition: number, folder: string): Promise<boolean> {
  const first = `/${folder.split('/')[1]}`
  return (await files.find(partition, first).catch(() => undefined)) !== undefined
}

async function readEntry(files: GuestFiles, partition: number, file: string): Promise<ReadEntry> {
  try {
    const bytes = await files.read(partition, file, ENTRY_MAX_BYTES)
    return plainEntry(partition, file, await realEntryPath(files, partition, file, bytes), bytes)
  } catch (thrown) {
    const problem = thrown instanceof AppError ? thrown.code : String(thrown)
    const unread = plainEntry(partition, file, file, Buffer.alloc(0))
    return { ...unread, entry: { ...unread.entry, problem: `This entry could not be read (${problem})` }, passedOver: true }
  }
}

/**
 * OSTree keeps entries in /loader.0 or /loader.1 and points the link /loader at it. GRUB's drivers follow links but do not tell
 * where to; the numbered folder with the same file in it is where.
 */
async function realEntryPath(files: GuestFiles, partition: number, file: string, bytes: Buffer): Promise<string> {
  const [, top, ...rest] = file.split('/')
  if (top !== 'loader' || (await files.find(partition, '/loader'))?.kind !== 'link') return file
  const candidates = (await files.list(partition, '/')).filter((entry) => entry.kind === 'folder' && /^loader\.\d$/.test(entry.name))
  const same: string[] = []
  for (const candidate of candidates) {
    const numbered = `/${candidate.name}/${rest.join('/')}`
    const content = await files.readIfPresent(partition, numbered, ENTRY_MAX_BYTES)
    if (content?.equals(bytes)) same.push(numbered)
  }
  return same.length === 1 && same[0] !== undefined ? same[0] : file
}

function plainEntry(partition: number, path: string, realPath: string, bytes: Buffer): ReadEntry {
  const { text, encoding } = decode(bytes)
  const id = `${partition}:${path}`
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file: BootFile = { id, kind: 'bls-entry', partition, path, realPath, text, encoding, sha256, problem: null }
  const common = {
    id,
    loader: 'bls' as const,
    file: id,
    partition,
    path,
    realPath,
    submenu: [],
    devicetree: null,
    counter: null,
    enabled: true,
    sources: [{ file: id, what: 'options', shared: false }],
    isDefault: false,
    defaultReason: null,
  }
  try {
    const bls = readBlsEntry(text)
    const namesKernel = bls.linux !== null || bls.efi !== null
    const entry: BootEntry = {
      ...common,
      title: bls.title ?? posix.basename(path, '.conf'),
      version: bls.version,
      linux: bls.linux,
      efi: bls.efi,
      initrds: [...bls.initrds],
      args: [...bls.args],
      origins: bls.args.map(() => 0),
      sortKey: bls.sortKey,
      machineId: bls.machineId,
      problem: namesKernel ? null : 'This entry names no kernel',
    }
    return { entry, file, passedOver: !namesKernel }
  } catch (thrown) {
    const problem = thrown instanceof AppError ? String(thrown.data.details.reason ?? thrown.code) : String(thrown)
    const nothing = { version: null, linux: null, efi: null, initrds: [], args: [], origins: [], sortKey: null, machineId: null }
    const entry = { ...common, ...nothing, title: posix.basename(path, '.conf'), problem: `This entry cannot be edited: ${problem}` }
    return { entry, file: { ...file, problem: entry.problem }, passedOver: false }
  }
}

/** Bytes that are no UTF-8 survive as latin1, so that an edit changes nothing but what it says. */
function decode(bytes: Buffer): { text: string; encoding: 'utf8' | 'latin1' } {
  const text = bytes.toString('utf8')
  return Buffer.from(text, 'utf8').equals(bytes) ? { text, encoding: 'utf8' } : { text: bytes.toString('latin1'), encoding: 'latin1' }
}

/** A boot partition often has a link `boot -> .`, through which every entry would be seen twice. */
function withoutLinkedTwins(entries: readonly ReadEntry[]): ReadEntry[] {
  const seen = new Set<string>()
  return entries.filter(({ entry, file }) => {
    const key = `${entry.partition}:${entry.path.replace(/^\/boot\//, '/')}:${file.sha256}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

async function markDefault(files: GuestFiles, read: readonly ReadEntry[]): Promise<BootEntry[]> {
  const homes = [...new Set(read.map(({ entry }) => entry.partition))]
  const texts = await Promise.all(
    homes.map(async (partition) => ({
      loaderConf: await files.readIfPresent(partition, '/loader/loader.conf', ENTRY_MAX_BYTES),
      grubenv: await firstPresent(files, partition, GRUBENV_FILES),
    })),
  )
  const bootable = read.filter((row) => !row.passedOver).map(({ entry }) => entry)
  const chosen = findDefaultEntry(bootable, {
    loaderConf: texts.find((text) => text.loaderConf)?.loaderConf?.toString('utf8') ?? null,
    grubenv: texts.find((text) => text.grubenv)?.grubenv?.toString('utf8') ?? null,
  })
  const menu = sortEntries(read.map(({ entry }) => entry)).map((entry) => ({
    ...entry,
    isDefault: entry.id === chosen?.id,
    defaultReason: entry.id === chosen?.id ? chosen.reason : null,
  }))
  return [...menu.filter((entry) => entry.isDefault), ...menu.filter((entry) => !entry.isDefault)]
}

async function firstPresent(files: GuestFiles, partition: number, names: readonly string[]): Promise<Buffer | undefined> {
  for (const name of names) {
    const top = `/${name.split('/')[1]}`
    if (!(await files.find(partition, top).catch(() => undefined))) continue
    const content = await files.readIfPresent(partition, name, ENTRY_MAX_BYTES)
    if (content) return content
  }
  return undefined
}
