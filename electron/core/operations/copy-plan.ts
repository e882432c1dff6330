import path from 'node:path'
import type { GuestPlace } from '#shared/edits/guest-place'
import { AppError } from '#shared/errors/app-error'
import type { GuestStat } from '#shared/images/guest-stat'
import type { TreePlace } from '#shared/images/os-tree'
import { type ImageView, requireEntry } from './image-view.js'

/** Far deeper than any system nests; a damaged file system can nest without end. */
const MAX_DEPTH = 200
const MAX_ENTRIES = 2_000_000
const FOLDERS_AT_ONCE = 200
/** NAME_MAX of Linux, in bytes. */
const NAME_MAX = 255

export interface CopyItem extends GuestPlace {
  /** Its name here; default: its name in the image. */
  readonly as?: string | undefined
}

export interface CopyEntry {
  /** Below the target folder, its first name that of the item. */
  readonly relative: string
  readonly at: TreePlace
  readonly kind: 'file' | 'folder' | 'link'
  readonly stat: GuestStat
}

export interface CopyPlan {
  /** Names that appear in the target folder, one for each item. */
  readonly names: readonly string[]
  /** Folders before what is in them. */
  readonly entries: readonly CopyEntry[]
  /** Bytes of all files, as far as they are known. */
  readonly bytes: number
  readonly largestBytes: number
  /** What is not copied, and why. */
  readonly leftOut: readonly string[]
}

/**
 * Looks up what is to be copied out: folders with all in them, but not what is mounted below. Of an item that is a link, what it leads
 * to; links below stay links. Throws `guest-file-not-found`, `bad-input`, `cancelled`.
 */
export async function planCopy(view: ImageView, items: readonly CopyItem[], signal: AbortSignal | undefined): Promise<CopyPlan> {
  const names: string[] = []
  const entries: CopyEntry[] = []
  const leftOut: string[] = []
  for (const item of items) {
    const name = nameOf(view, item)
    if (names.includes(name)) throw new AppError('bad-input', { details: { reason: `two of them would be named ${name}` } })
    names.push(name)
    const top = await topOf(view, item, name)
    entries.push(top)
    if (top.kind !== 'folder') continue
    let level = [top]
    for (let depth = 0; level.length > 0; depth += 1) {
      if (depth > MAX_DEPTH || entries.length > MAX_ENTRIES)
        throw new AppError('filesystem-unreadable', { details: { file: item.path, reason: 'its folders nest without end' } })
      const next = await levelBelow(view, level, leftOut, signal)
      entries.push(...next)
      level = next.filter((entry) => entry.kind === 'folder')
    }
  }
  const sizes = entries.filter(({ kind }) => kind === 'file').map(({ stat }) => stat.sizeBytes ?? 0)
  return {
    names,
    entries,
    leftOut,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    largestBytes: sizes.reduce((a, b) => Math.max(a, b), 0),
  }
}

function nameOf({ image }: ImageView, item: CopyItem): string {
  const own = path.posix.basename(path.posix.normalize(item.path))
  const name = item.as ?? (own === '' ? `${path.parse(image.info.name).name}-files` : own)
  const reason = unusable(name)
  if (reason === null) return name
  throw new AppError('bad-input', { details: { path: item.path, reason: `${JSON.stringify(name)} cannot be a file name: ${reason}` } })
}

async function topOf(view: ImageView, item: CopyItem, name: string): Promise<CopyEntry> {
  const { at, entry } = await requireEntry(view, item)
  const [stat] = at.path === '/' ? [] : await view.stats(at.partition, [at.path])
  const known = stat ?? { ...NO_FACTS, kind: entry.kind, sizeBytes: entry.sizeBytes }
  if (known.kind === 'other')
    throw new AppError('bad-input', { details: { path: item.path, reason: 'it is a device, a pipe or a socket; these are not copied' } })
  return { relative: name, at, kind: known.kind, stat: known }
}

const NO_FACTS = { mode: null, uid: null, gid: null, mtime: null, linkTarget: null, selinux: null } as const

async function levelBelow(
  view: ImageView,
  folders: readonly CopyEntry[],
  leftOut: string[],
  signal: AbortSignal | undefined,
): Promise<CopyEntry[]> {
  const found: CopyEntry[] = []
  for (let from = 0; from < folders.length; from += FOLDERS_AT_ONCE) {
    if (signal?.aborted) throw new AppError('cancelled')
    const some = folders.slice(from, from + FOLDERS_AT_ONCE)
    const partition = some[0]?.at.partition ?? 0
    const paths = some.map(({ at }) => at.path)
    const { draft } = view
    const lists = draft
      ? await Promise.all(paths.map((folder) => draft.list(partition, folder)))
      : await view.image.files.listMany(partition, paths, signal)
    const rows = some.flatMap((folder, index) =>
      (lists[index] ?? []).map((entry) => ({ folder, entry, path: join(folder.at.path, entry.name) })),
    )
    const stats = await view.stats(
      partition,
      rows.map((row) => row.path),
    )
    for (const [index, { folder, entry, path: file }] of rows.entries()) {
      const stat = stats[index] ?? { ...NO_FACTS, kind: entry.kind, sizeBytes: entry.sizeBytes }
      const reason = unusable(entry.name) ?? (stat.kind === 'other' ? 'a device, a pipe or a socket' : null)
      const told = reason ?? (stat.kind === 'link' && stat.linkTarget === null ? 'a link whose target cannot be told' : null)
      if (told !== null || stat.kind === 'other') leftOut.push(`${file}: ${told}`)
      else found.push({ relative: `${folder.relative}/${entry.name}`, at: { partition, path: file }, kind: stat.kind, stat })
    }
  }
  return found
}

/** Why a name of an image cannot be one here; a hostile file system can hold names that climb out of a folder. */
export function unusable(name: string): string | null {
  if (name === '' || name === '.' || name === '..') return 'it names a folder'
  if (/[/\0]/.test(name)) return 'it holds a slash or a NUL'
  if (name.includes('\ufffd')) return 'it is no UTF-8'
  return Buffer.byteLength(name) > NAME_MAX ? `it is longer than ${NAME_MAX} bytes` : null
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}
