import { formatExactBytes } from '../text/bytes.js'

/** How far the tables of an image are followed. */
export interface ReachLimits {
  /** Bytes of tables that are read at most. */
  readonly tableBytes: number
  /** Throws when the user gave up. */
  throwIfStopped(): void
}

/** Nothing is left out. */
export function wholeTables({ throwIfStopped }: Pick<ReachLimits, 'throwIfStopped'>): ReachLimits {
  return { tableBytes: Number.POSITIVE_INFINITY, throwIfStopped }
}

/** Entries of tables are read in pieces of this many. */
export const ENTRIES_PER_READ = 64 * 1024

/** Pieces of a table of `entries`, the last ones first: what is cut off a file is its end, where they lead. */
export function* fromTheEnd(entries: number, most: number): Generator<{ readonly from: number; readonly count: number }> {
  const first = Math.max(0, entries - Math.max(0, Math.floor(most)))
  for (let to = entries; to > first; ) {
    const count = Math.min(ENTRIES_PER_READ, to - first)
    to -= count
    yield { from: to, count }
  }
}

/** What lint says where tables name what the file does not have; opening, converting and saving say the same. */
export const REACH_WORDS = {
  table: (count: number, name: string) => `${count} entries of the ${name} lead out of the file`,
  clusters: (count: number) => `${count} clusters of data lie beyond the end of the file`,
  blocks: (count: number) => `${count} blocks lie beyond the end of the file or have no state that is known`,
  'block-map': () => 'Block map or data reach beyond what is in the file',
  directory: () => 'The grain directory is not inside of the file',
  grains: (count: number) => `${count} entries of the grain tables lead out of the file`,
  stream: (count: number) => `${count} entries of the grain tables do not lead to their grain`,
  extent: (name: string, has: number, wants: number) => `${name} holds ${formatExactBytes(has)} instead of ${formatExactBytes(wants)}`,
} as const
