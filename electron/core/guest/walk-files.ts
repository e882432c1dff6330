import { AppError } from '#shared/errors/app-error'
import type { GuestEntry } from '#shared/images/image-info'
import type { ImageFiles } from './guest-files.js'

/** Deeper than any system nests; a damaged file system can nest without end. */
const MAX_DEPTH = 64
const FOLDERS_AT_ONCE = 200

export interface WalkedEntry {
  /** Absolute in the partition. */
  readonly path: string
  readonly entry: GuestEntry
}

/**
 * All entries below a folder, level by level, a batch at a time; links are told but not followed, and folders that cannot be read are
 * passed over. Throws `cancelled`.
 */
export async function* walkFiles(
  files: Pick<ImageFiles, 'listMany'>,
  partition: number,
  folder: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly WalkedEntry[]> {
  let level = [folder]
  for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth += 1) {
    const next: string[] = []
    for (let at = 0; at < level.length; at += FOLDERS_AT_ONCE) {
      const folders = level.slice(at, at + FOLDERS_AT_ONCE)
      if (signal?.aborted) throw new AppError('cancelled')
      const lists = await files.listMany(partition, folders, signal)
      const found = lists.flatMap((entries, index) => entries.map((entry) => ({ path: join(folders[index] ?? '/', entry.name), entry })))
      next.push(...found.filter(({ entry }) => entry.kind === 'folder').map(({ path }) => path))
      yield found
    }
    level = next
  }
}

function join(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`
}
