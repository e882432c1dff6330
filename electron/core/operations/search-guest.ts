import { AppError } from '#shared/errors/app-error'
import type { GuestHit, GuestSearch } from '#shared/images/guest-search'
import { matchName } from '#shared/text/name-match'
import { type ImageFiles, openGuestFiles } from '../guest/guest-files.js'
import { withReader } from '../guest/reader.js'
import { openSource } from '../guest/source.js'
import { walkFiles } from '../guest/walk-files.js'
import type { Host } from '../process/host.js'

export interface SearchPlace {
  readonly partition: number
  /** Default: the partition's root. */
  readonly folder?: string
}

export interface SearchOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with what each batch of folders adds. */
  readonly onHits?: (hits: readonly GuestHit[]) => void
  readonly limits?: Partial<SearchLimits>
}

export interface SearchLimits {
  readonly hits: number
  readonly entries: number
  readonly seconds: number
}

const LIMITS: SearchLimits = { hits: 500, entries: 200_000, seconds: 20 }

/**
 * Looks for files and folders by a part of their name, or by a pattern (shared/text/name-match), in each place one after the other.
 * Throws `cancelled`.
 */
export async function searchFiles(
  files: Pick<ImageFiles, 'listMany'>,
  places: readonly SearchPlace[],
  query: string,
  options: SearchOptions = {},
): Promise<GuestSearch> {
  const limits = { ...LIMITS, ...options.limits }
  const deadline = AbortSignal.timeout(limits.seconds * 1000)
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline
  const matches = matchName(query)
  const hits: GuestHit[] = []
  let looked = 0
  try {
    for (const { partition, folder = '/' } of places) {
      for await (const batch of walkFiles(files, partition, folder, signal)) {
        const within = batch.slice(0, limits.entries - looked)
        looked += within.length
        const found = within.filter(({ path }) => matches(path)).map(({ path, entry }): GuestHit => ({ partition, path, kind: entry.kind }))
        const added = found.slice(0, limits.hits - hits.length)
        hits.push(...added)
        if (added.length > 0) options.onHits?.(added)
        if (added.length < found.length) return { hits, cut: 'hits', looked }
        if (within.length < batch.length) return { hits, cut: 'entries', looked }
      }
    }
  } catch (thrown) {
    if (options.signal?.aborted) throw new AppError('cancelled', { cause: thrown })
    if (!deadline.aborted) throw thrown
    return { hits, cut: 'time', looked }
  }
  return { hits, cut: null, looked }
}

/** The same in an image that is not open. Without `places`, all of its partitions. Throws also as `openSource` and `withReader` do. */
export async function searchGuest(
  host: Host,
  imagePath: string,
  query: string,
  options: SearchOptions & { readonly places?: readonly SearchPlace[] } = {},
): Promise<GuestSearch> {
  return withReader(host, await openSource(imagePath), (reader) => {
    const numbers = reader.table.partitions.map((partition) => partition.number)
    const everywhere = (numbers.length === 0 ? [0] : numbers).map((partition): SearchPlace => ({ partition }))
    return searchFiles(openGuestFiles(host, reader), options.places ?? everywhere, query, options)
  })
}
