import type { DifferentFile } from '#shared/images/comparison'
import type { GuestStat } from '#shared/images/guest-stat'
import { formatBytes } from '#shared/text/bytes'
import type { ImageFiles } from '../../guest/guest-files.js'
import { walkFiles } from '../../guest/walk-files.js'

/** Entries of a file system that are looked at; one with more is not compared file by file. */
export const MAX_ENTRIES = 200_000
const STATS_AT_ONCE = 2000
/** Files of the same size and another time are read up to this; larger ones are told as they are. */
const READ_BYTES = 16 * 1024 ** 2
const READ_IN_ALL_BYTES = 512 * 1024 ** 2

type Files = Pick<ImageFiles, 'listMany' | 'stats' | 'read'>

/**
 * Files of a partition that were added, removed or changed from one image to the other. Content is read where size and kind are the same but
 * a time differs; without any difference in what the file system tells, a file counts as the same. Null where there are more than
 * `MAX_ENTRIES`. Throws `cancelled`.
 */
export async function differentFiles(
  left: Files,
  right: Files,
  partition: number,
  pause: () => Promise<void>,
  signal?: AbortSignal,
): Promise<DifferentFile[] | null> {
  const [before, after] = [await pathsOf(left, partition, signal), await pathsOf(right, partition, signal)]
  if (before === null || after === null) return null
  const found: DifferentFile[] = []
  const add = (path: string, change: DifferentFile['change'], detail = ''): void => void found.push({ partition, path, change, detail })
  for (const path of before) if (!after.has(path)) add(path, 'removed')
  for (const path of after) if (!before.has(path)) add(path, 'added')

  const common = [...before].filter((path) => after.has(path))
  let budget = READ_IN_ALL_BYTES
  for (let at = 0; at < common.length; at += STATS_AT_ONCE) {
    await pause()
    const paths = common.slice(at, at + STATS_AT_ONCE)
    const [olds, news] = await Promise.all([left.stats(partition, paths), right.stats(partition, paths)])
    for (const [index, path] of paths.entries()) {
      const [old, now] = [olds[index], news[index]]
      if (!old || !now) continue
      const told = changeOf(old, now)
      if (told !== null && told.change !== 'time') add(path, told.change, told.detail)
      if (told?.change !== 'time') continue
      const bytes = old.sizeBytes ?? 0
      const readable = old.kind === 'file' && bytes <= READ_BYTES && bytes <= budget
      if (old.kind === 'file' && !readable) add(path, 'time', `written later; ${formatBytes(bytes)}, content not compared`)
      if (!readable) continue
      await pause()
      budget -= bytes
      const [one, other] = await Promise.all([left.read(partition, path, READ_BYTES), right.read(partition, path, READ_BYTES)])
      if (!one.equals(other)) add(path, 'content', `${formatBytes(bytes)}, as before`)
    }
  }
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1))
}

async function pathsOf(files: Files, partition: number, signal: AbortSignal | undefined): Promise<Set<string> | null> {
  const paths = new Set<string>()
  for await (const batch of walkFiles(files, partition, '/', signal)) {
    for (const { path } of batch) paths.add(path)
    if (paths.size > MAX_ENTRIES) return null
  }
  return paths
}

/** What the file system itself tells; null where it tells no difference. */
export function changeOf(old: GuestStat, now: GuestStat): Pick<DifferentFile, 'change' | 'detail'> | null {
  if (old.kind !== now.kind) return { change: 'content', detail: `${old.kind} → ${now.kind}` }
  if (old.kind === 'file' && old.sizeBytes !== now.sizeBytes)
    return { change: 'content', detail: `${formatBytes(old.sizeBytes ?? 0)} → ${formatBytes(now.sizeBytes ?? 0)}` }
  if (old.linkTarget !== now.linkTarget) return { change: 'content', detail: `${old.linkTarget ?? ''} → ${now.linkTarget ?? ''}` }
  const details = [
    old.mode === now.mode ? '' : `mode ${octal(old.mode)} → ${octal(now.mode)}`,
    old.uid === now.uid && old.gid === now.gid ? '' : `owner ${old.uid}:${old.gid} → ${now.uid}:${now.gid}`,
    old.selinux === now.selinux ? '' : `label ${old.selinux ?? 'none'} → ${now.selinux ?? 'none'}`,
  ].filter((detail) => detail !== '')
  if (details.length > 0) return { change: 'attributes', detail: details.join(', ') }
  return old.mtime === now.mtime ? null : { change: 'time', detail: '' }
}

function octal(mode: number | null): string {
  return mode === null ? 'none' : mode.toString(8)
}
