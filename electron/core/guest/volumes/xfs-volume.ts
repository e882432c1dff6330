import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import type { GuestStat } from '#shared/images/guest-stat'
import type { XfsName } from '../xfs/directory.js'
import type { XfsInode } from '../xfs/inode.js'
import { TYPE_FILE, TYPE_FOLDER, TYPE_LINK, type XfsFiles } from '../xfs/xfs-files.js'
import type { GuestVolume } from './volume.js'

const MAX_LINKS = 40
const KEPT_FOLDERS = 64
/** In all folders that are kept. */
const KEPT_NAMES = 500_000
/** Inodes that are read at once: each can cost a block of its own in memory. */
const AT_ONCE = 256
const PERMISSIONS = 0o7777
const TYPES = 0o170000

/** Reads XFS within this process: no tool to start, names of any bytes, kinds and labels at hand. */
export function xfsVolume(xfs: XfsFiles): GuestVolume {
  const indexes = new Map<bigint, Promise<ReadonlyMap<string, XfsName>>>()
  const sizes = new Map<bigint, number>()
  const dropOldest = (): void => {
    const [oldest] = indexes.keys()
    if (oldest === undefined) return
    indexes.delete(oldest)
    sizes.delete(oldest)
  }
  const keepSize = (number: bigint, names: number): void => {
    if (!indexes.has(number)) return
    sizes.set(number, names)
    while (indexes.size > 1 && [...sizes.values()].reduce((sum, size) => sum + size, 0) > KEPT_NAMES) dropOldest()
  }
  const index = (number: bigint, folder: XfsInode): Promise<ReadonlyMap<string, XfsName>> => {
    const kept = indexes.get(number)
    const known = kept ?? xfs.names(folder).then((names) => new Map(names.map((entry) => [entry.name, entry])))
    indexes.delete(number)
    indexes.set(number, known)
    if (indexes.size > KEPT_FOLDERS) dropOldest()
    if (!kept)
      known.then(
        (names) => keepSize(number, names.size),
        () => indexes.delete(number),
      )
    return known
  }

  /** The inode of a path, links followed; of the last name only when asked. */
  const walk = async (file: string, followLast: boolean): Promise<{ number: bigint; inode: XfsInode } | undefined> => {
    let hops = 0
    let left = namesOf(file)
    let trail: bigint[] = [xfs.root]
    for (;;) {
      const number = trail.at(-1) ?? xfs.root
      const inode = await xfs.inode(number)
      const [name, ...rest] = left
      if (!inode || name === undefined) return inode && { number, inode }
      if (name === '..') {
        trail = trail.length > 1 ? trail.slice(0, -1) : trail
        left = rest
        continue
      }
      const child = (await index(number, inode)).get(name)?.inode
      const found = child === undefined ? undefined : await xfs.inode(child)
      if (child === undefined || !found) return undefined
      left = rest
      const target = rest.length > 0 || followLast ? await xfs.linkTarget(found) : undefined
      if (target === undefined) {
        trail = [...trail, child]
        continue
      }
      hops += 1
      if (hops > MAX_LINKS || target === '') return undefined
      if (target.startsWith('/')) trail = [xfs.root]
      left = [...namesOf(target), ...rest]
    }
  }

  const entries = async (folder: string, withSizes: boolean): Promise<GuestEntry[]> => {
    const found = await walk(folder, true)
    if (!found) return []
    const all = [...(await index(found.number, found.inode)).values()]
    const listed: GuestEntry[] = []
    for (let at = 0; at < all.length; at += AT_ONCE) {
      const some = all.slice(at, at + AT_ONCE)
      listed.push(...(await Promise.all(some.map((entry) => (withSizes ? sizedEntry(xfs, entry) : kindEntry(xfs, entry))))))
    }
    return listed
  }

  const open = async (file: string): Promise<XfsInode> => {
    const found = await walk(file, true)
    if (!found || (found.inode.mode & TYPES) !== TYPE_FILE) throw new AppError('guest-file-not-found', { details: { file } })
    if (found.inode.realtime)
      throw new AppError('filesystem-unreadable', { details: { file }, toolOutput: 'The file lies on a realtime device.' })
    return found.inode
  }

  return {
    tellsLinks: true,
    list: (folder) => entries(folder, true),
    listMany: async (folders, signal) => {
      const lists: GuestEntry[][] = []
      for (const folder of folders) {
        if (signal?.aborted) throw new AppError('cancelled')
        lists.push(await entries(folder, false))
      }
      return lists
    },
    stats: (paths) =>
      Promise.all(
        paths.map(async (file) => {
          const found = await walk(file, false)
          return found && statOf(xfs, found.inode)
        }),
      ),
    read: async (file, maxBytes) => {
      const inode = await open(file)
      if (inode.sizeBytes > maxBytes) throw new AppError('guest-file-too-large', { details: { file, maxBytes } })
      const parts: Uint8Array[] = []
      for await (const part of xfs.content(inode, 0, maxBytes)) parts.push(part)
      return Buffer.concat(parts)
    },
    stream: async function* (file, range) {
      const inode = await open(file)
      for await (const part of xfs.content(inode, range.offset ?? 0, range.length ?? Number.POSITIVE_INFINITY)) {
        if (range.signal?.aborted) throw new AppError('cancelled')
        yield part
      }
    },
  }
}

function namesOf(file: string): string[] {
  return file.split('/').filter((name) => name !== '' && name !== '.')
}

function kindOf(mode: number): GuestStat['kind'] {
  const type = mode & TYPES
  if (type === TYPE_FILE) return 'file'
  if (type === TYPE_FOLDER) return 'folder'
  return type === TYPE_LINK ? 'link' : 'other'
}

async function sizedEntry(xfs: XfsFiles, { name, inode: number, kind }: XfsName): Promise<GuestEntry> {
  if (kind !== null && kind !== 'file') return { name, kind, sizeBytes: null }
  const inode = await xfs.inode(number)
  const known = kind ?? (inode ? kindOf(inode.mode) : 'other')
  return { name, kind: known, sizeBytes: known === 'file' && inode ? inode.sizeBytes : null }
}

async function kindEntry(xfs: XfsFiles, entry: XfsName): Promise<GuestEntry> {
  return entry.kind === null ? sizedEntry(xfs, entry) : { name: entry.name, kind: entry.kind, sizeBytes: null }
}

async function statOf(xfs: XfsFiles, inode: XfsInode): Promise<GuestStat> {
  const kind = kindOf(inode.mode)
  return {
    kind,
    mode: inode.mode & PERMISSIONS,
    uid: inode.uid,
    gid: inode.gid,
    sizeBytes: kind === 'file' || kind === 'link' ? inode.sizeBytes : null,
    mtime: inode.mtime,
    linkTarget: kind === 'link' ? ((await xfs.linkTarget(inode)) ?? null) : null,
    selinux: (await xfs.securityAttribute(inode, 'selinux'))?.replace(/\0$/, '') ?? null,
  }
}
