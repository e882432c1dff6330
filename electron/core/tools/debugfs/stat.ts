import { posix } from 'node:path'
import type { GuestStat } from '#shared/images/guest-stat'
import type { Host } from '../../process/host.js'
import { debugfs, debugfsMany, type ExtVolume, isOneLine, requestWord } from './debugfs.js'

const STAT_BYTES = 16 * 1024
const STATS_A_RUN = 2000
const MANY_OF_A_FOLDER = 32
const LISTING_BYTES = 64 * 1024 * 1024
/** Linux PATH_MAX: no link's target is longer. */
const TARGET_BYTES = 4096
/** Linux XATTR_SIZE_MAX. */
const LABEL_BYTES = 64 * 1024 + 1

/** Target of a symlink by `stat`, which quotes short ones: empty for one that stands in the link's data, null for any other file. */
export function linkTarget(stat: string): string | null {
  if (!/^Inode: \d+ +Type: symlink\b/m.test(stat)) return null
  return /^Fast link dest: "(.*)"$/m.exec(stat)?.[1] ?? ''
}

const KINDS: Readonly<Record<string, GuestStat['kind']>> = { regular: 'file', directory: 'folder', symlink: 'link' }

/** Output of debugfs's `stat` (e2fsprogs debugfs/debugfs.c, dump_inode); null where it told nothing. */
export function parseStat(text: string): GuestStat | null {
  const head = /^Inode: \d+ +Type: (\S+) .*?Mode: +(\d+) /m.exec(text)
  const owner = /^User: +(\d+) +Group: +(\d+) .*?Size: (\d+)$/m.exec(text)
  if (!head || !owner) return null
  const kind = KINDS[head[1] ?? ''] ?? 'other'
  const mtime = /^ *mtime: 0x([0-9a-f]{8})(?::([0-9a-f]{8}))?/m.exec(text)
  const label = /^ {2}security\.selinux \(\d+\) = "(.*)"$/m.exec(text)?.[1]
  return {
    kind,
    mode: Number.parseInt(head[2] ?? '0', 8),
    uid: Number(owner[1]),
    gid: Number(owner[2]),
    sizeBytes: kind === 'file' || kind === 'link' ? Number(owner[3]) : null,
    mtime: mtime ? extSeconds(Number.parseInt(mtime[1] ?? '0', 16), Number.parseInt(mtime[2] ?? '0', 16)) : null,
    linkTarget: linkTarget(text) || null,
    selinux: label?.replace(/\\000$/, '') ?? null,
  }
}

/** 32 bits with sign, and two more in the low bits of the nanoseconds' field (Linux Documentation/filesystems/ext4/inodes.rst). */
function extSeconds(seconds: number, extra: number): number {
  return (seconds | 0) + (extra & 3) * 2 ** 32
}

/** What each path is, its last name not followed where it is a link; undefined for what is not there. Throws `filesystem-unreadable`. */
export async function statExt(host: Host, volume: ExtVolume, paths: readonly string[]): Promise<(GuestStat | undefined)[]> {
  const askable = paths.filter(isOneLine)
  const words = await inodeWords(host, volume, askable)
  const outputs: string[] = []
  for (let at = 0; at < askable.length; at += STATS_A_RUN) {
    const requests = askable.slice(at, at + STATS_A_RUN).map((path) => `stat ${words.get(path) ?? requestWord(path)}`)
    outputs.push(...(await debugfsMany(host, volume, requests, { maxOutputBytes: requests.length * STAT_BYTES })))
  }
  const told = new Map(askable.map((path, index) => [path, parseStat(outputs[index] ?? '')]))
  const longLabels = new Set(askable.filter((_, index) => hasLongLabel(outputs[index] ?? '')))
  return Promise.all(
    paths.map(async (path) => {
      const stat = told.get(path)
      if (!stat) return undefined
      const target = stat.kind === 'link' ? (stat.linkTarget ?? (await storedTarget(host, volume, path))) : null
      return { ...stat, linkTarget: target, selinux: longLabels.has(path) ? await longLabel(host, volume, path) : stat.selinux }
    }),
  )
}

/**
 * Inodes of paths that have many neighbours among them: debugfs goes through a folder from its beginning for each name (20 000 names
 * take it 20 s), where the folder's listing tells all their inodes at once.
 */
async function inodeWords(host: Host, volume: ExtVolume, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const words = new Map<string, string>()
  const folders = new Map<string, string[]>()
  for (const file of paths) {
    const folder = posix.dirname(file)
    const inside = folders.get(folder)
    if (inside) inside.push(file)
    else folders.set(folder, [file])
  }
  for (const [folder, inside] of folders) {
    if (inside.length < MANY_OF_A_FOLDER) continue
    const inodes = await listExtInodes(host, volume, folder)
    for (const file of inside) {
      const inode = inodes.get(posix.basename(file))
      if (inode !== undefined) words.set(file, `<${inode}>`)
    }
  }
  return words
}

/** Inode numbers of the names in a folder, by the lines of `ls -p`; empty where it is no folder. */
async function listExtInodes(host: Host, volume: ExtVolume, folder: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await debugfs(host, volume, `ls -p ${requestWord(folder)}`, LISTING_BYTES)
  const lines = stdout.toString('utf8').matchAll(/^\/(\d+)\/\d+\/\d+\/\d+\/([^/\n]+)\/\d*\/$/gm)
  return new Map(Array.from(lines, ([, inode = '', name = '']) => [name, inode]))
}

/** Of attributes that do not lie in the inode, `stat` tells the name alone. */
export function hasLongLabel(stat: string): boolean {
  return /^ {2}security\.selinux \(\d+\)$/m.test(stat)
}

async function longLabel(host: Host, volume: ExtVolume, path: string): Promise<string | null> {
  const { stdout } = await debugfs(host, volume, `ea_get -V ${requestWord(path)} security.selinux`, LABEL_BYTES)
  return stdout.toString('utf8').replace(/\n$/, '').replace(/\0$/, '') || null
}

/** Target of a link that is too long to lie in its inode. */
export async function storedTarget(host: Host, volume: ExtVolume, path: string): Promise<string> {
  return (await debugfs(host, volume, `cat ${requestWord(path)}`, TARGET_BYTES)).stdout.toString('utf8')
}
