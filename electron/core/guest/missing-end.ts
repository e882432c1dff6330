import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import type { ImageFormat } from '#shared/images/formats'
import { windowOf } from '#shared/lint/byte-source'
import { findShortfall } from '#shared/lint/find-shortfall'
import { REACH_WORDS } from '#shared/lint/reach'
import { byteSourceOf } from '../files/byte-source.js'
import { openRegularFile, readRevision } from '../files/identity.js'
import type { ImageLayer, ImageSource } from './source.js'

/** Tables of half a TiB at least, read in hundredths of a second. */
const QUICK_TABLE_BYTES = 8 * 1024 ** 2

/** A file of an image that ends before what its tables name. */
export interface MissingEnd {
  readonly path: string
  /** In the words of lint. */
  readonly reason: string
}

/**
 * Whether a file of the image was cut short, by its tables; null where nothing is missing, or nothing tells. A quick look is at the tables for
 * the end of the disk alone. A file that changes meanwhile is not judged.
 *
 * @throws AppError `cancelled`
 */
export async function findMissingEnd(source: ImageSource, look: 'quick' | 'whole', signal?: AbortSignal): Promise<MissingEnd | null> {
  const tableBytes = look === 'quick' ? QUICK_TABLE_BYTES : Number.POSITIVE_INFINITY
  for (const layer of source.layers) {
    const found = await inFile(layer.path, layer.format, { tableBytes, signal, window: layer.window })
    if (found !== null) return found
    for (const { file, bytes, type } of layer.sniff.extents) {
      if (file === null) continue
      const place = path.join(path.dirname(layer.path), path.basename(file))
      const short = type === 'FLAT' ? await flatExtent(layer.path, place, bytes) : await inFile(place, 'vmdk', { tableBytes, signal })
      if (short !== null) return short
    }
  }
  return null
}

interface Look {
  readonly tableBytes: number
  readonly signal: AbortSignal | undefined
  readonly window?: ImageLayer['window']
}

async function inFile(file: string, format: ImageFormat, { tableBytes, signal, window }: Look): Promise<MissingEnd | null> {
  const opened = await openRegularFile(file).catch(() => null)
  if (opened === null) return null
  try {
    const whole = await byteSourceOf(opened.handle)
    const source = window === undefined ? whole : windowOf(whole, window.offset, window.size)
    const throwIfStopped = (): void => {
      if (signal?.aborted) throw new AppError('cancelled')
    }
    const reason = await findShortfall(source, format, { tableBytes, throwIfStopped })
    const unchanged = reason !== null && (await readRevision(file).catch(() => '')) === opened.revision
    return unchanged ? { path: file, reason } : null
  } finally {
    await opened.handle.close()
  }
}

/** Its name stands in the words already: it is told of the descriptor. */
async function flatExtent(descriptor: string, file: string, wants: number): Promise<MissingEnd | null> {
  const opened = await openRegularFile(file).catch(() => null)
  if (opened === null) return null
  await opened.handle.close()
  const has = Number(opened.stats.size)
  return has < wants ? { path: descriptor, reason: REACH_WORDS.extent(path.basename(file), has, wants) } : null
}
