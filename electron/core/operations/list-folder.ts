import path from 'node:path'
import type { GuestPlace } from '#shared/edits/guest-place'
import { AppError } from '#shared/errors/app-error'
import type { GuestListing, GuestRow, RowFacts } from '#shared/images/guest-listing'
import type { GuestStat } from '#shared/images/guest-stat'
import { type OsTree, osPathOf, tidyPath, type TreeMount, type TreePlace } from '#shared/images/os-tree'
import { stagedState } from '../guest/draft-stat.js'
import { type ImageView, requireEntry } from './image-view.js'

/** Folders whose content only a running system has. */
const ELSEWHERE = /^\/(?:proc|sys|dev|run)(?:\/|$)/

/** A folder with the staged edits applied. Throws `guest-file-not-found`, also for what is no folder, and as `locate` does. */
export async function listFolder(view: ImageView, where: GuestPlace): Promise<GuestListing> {
  const { at, entry } = await requireEntry(view, where)
  // GRUB shows a link to a folder as a link, and lists what it leads to.
  if (entry.kind !== 'folder' && entry.kind !== 'link')
    throw new AppError('guest-file-not-found', { details: { file: where.path, partition: at.partition, reason: 'it is no folder' } })
  const osPath = where.partition === undefined && view.tree ? await osPathOfFolder(view, where, at) : view.tree && osPathOf(view.tree, at)
  const rows = await rowsOf(view, at)
  const byTree = where.partition === undefined && view.tree && osPath !== null
  return { ...at, osPath, rows: byTree ? await withMounts(view, view.tree, osPath, rows) : rows }
}

/** As the system names it: a folder can be shown in more than one place. */
async function osPathOfFolder(view: ImageView, where: GuestPlace, at: TreePlace): Promise<string | null> {
  const named = tidyPath(where.path)
  const tree = view.tree
  if (!tree) return null
  const direct = await view.locate({ path: named })
  return direct.partition === at.partition && direct.path === at.path ? named : (osPathOf(tree, at) ?? named)
}

async function rowsOf({ draft, image: { files } }: ImageView, { partition, path: folder }: TreePlace): Promise<GuestRow[]> {
  if (!draft) return (await files.list(partition, folder)).map((entry) => ({ ...entry, state: 'same' }))
  const now = (await draft.list(partition, folder)).map((entry): GuestRow => {
    const staged = draft.stagedAt(partition, join(folder, entry.name))
    const state = stagedState(staged)
    return { ...entry, state, ...(state === 'renamed' && staged.original !== undefined ? { from: staged.original } : {}) }
  })
  const original = folder === '/' ? folder : draft.stagedAt(partition, folder).original
  const names = new Set(now.map(({ name }) => name))
  const before = original === undefined ? [] : await files.list(partition, original)
  return [...now, ...before.filter(({ name }) => !names.has(name)).map((entry): GuestRow => ({ ...entry, state: 'removed' }))]
}

/** Mount points are folders of the tree, whether or not the file system below has one; links that OSTree makes are only told when there. */
async function withMounts(view: ImageView, tree: OsTree, osPath: string, rows: readonly GuestRow[]): Promise<GuestRow[]> {
  const here = tree.mounts.filter((mount) => mount.at !== '/' && path.posix.dirname(mount.at) === osPath)
  const byName = new Map(here.map((mount) => [path.posix.basename(mount.at), mount]))
  const known = rows.map((row): GuestRow => {
    const mount = byName.get(row.name)
    return mount && row.kind === 'folder' ? { ...row, mount } : row
  })
  const names = new Set(rows.map(({ name }) => name))
  const missing = [...byName].filter(([name]) => !names.has(name))
  const added = await Promise.all(
    missing.map(
      async ([name, mount]): Promise<GuestRow[]> =>
        (await isThere(view, mount)) ? [{ name, kind: 'folder', sizeBytes: null, state: 'same', mount }] : [],
    ),
  )
  return [...known, ...added.flat()]
}

async function isThere(view: ImageView, { partition, prefix }: TreeMount): Promise<boolean> {
  if (tidyPath(prefix) === '/') return true
  return (await view.files.find(partition, prefix).catch(() => undefined)) !== undefined
}

/** What a listing leaves out, of the names that are asked for; of what is not there, all is unknown. */
export async function factsOf(view: ImageView, where: GuestPlace, names: readonly string[]): Promise<RowFacts[]> {
  const { at } = await requireEntry(view, where)
  const mounts = where.partition === undefined ? (view.tree?.mounts ?? []) : []
  const places = names.map((name): TreePlace => {
    const mount = mounts.find((one) => one.at === join(tidyPath(where.path), name))
    return mount ? { partition: mount.partition, path: tidyPath(mount.prefix) } : { ...at, path: join(at.path, name) }
  })
  const stats = await statsOf(view, places)
  return Promise.all(
    names.map(async (name, index): Promise<RowFacts> => {
      const { selinux: _selinux, ...stat } = stats[index] ?? UNKNOWN
      return { name, ...stat, leadsTo: stat.kind === 'link' ? await leadsTo(view, where, name, stat) : null }
    }),
  )
}

const UNKNOWN: GuestStat = {
  kind: 'other',
  mode: null,
  uid: null,
  gid: null,
  sizeBytes: null,
  mtime: null,
  linkTarget: null,
  selinux: null,
}

/** One question for each partition. */
async function statsOf(view: ImageView, places: readonly TreePlace[]): Promise<(GuestStat | undefined)[]> {
  const found = new Map<string, GuestStat | undefined>()
  for (const partition of new Set(places.map((place) => place.partition))) {
    const paths = places.filter((place) => place.partition === partition).map((place) => place.path)
    const answers = await view.stats(partition, paths)
    for (const [index, file] of paths.entries()) found.set(`${partition}:${file}`, answers[index])
  }
  return places.map(({ partition, path: file }) => found.get(`${partition}:${file}`))
}

async function leadsTo(
  view: ImageView,
  where: GuestPlace,
  name: string,
  stat: Omit<GuestStat, 'selinux'>,
): Promise<NonNullable<RowFacts['leadsTo']>> {
  if (stat.linkTarget === null) return 'unknown'
  if (ELSEWHERE.test(path.posix.resolve(tidyPath(where.path), stat.linkTarget))) return 'elsewhere'
  const end = await view.follow({ ...where, path: join(where.path, name) }).catch(() => undefined)
  if (!end) return 'nothing'
  if (end.path === '/') return 'folder'
  const [target] = await view.stats(end.partition, [end.path])
  if (!target) return 'nothing'
  return target.kind === 'file' || target.kind === 'folder' ? target.kind : 'other'
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}
