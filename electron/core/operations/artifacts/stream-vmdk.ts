import { randomBytes } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import type { VmdkAdapter } from '#shared/images/vmdk/descriptor'
import { GRAIN_MARKER_BYTES, grainRecordBytes, writeGrainMarker } from '#shared/images/vmdk/markers'
import { GRAIN_BYTES, SECTOR_BYTES, TABLE_ENTRIES } from '#shared/images/vmdk/sparse-header'
import { StreamIndex, streamHead } from '#shared/images/vmdk/stream-index'
import type { DiskExtent, RawDisk } from '../../guest/raw-disk.js'
import type { Sink } from './file-sink.js'
import { inOrder } from './in-order.js'
import { type Deflated, type DeflateLevel, withDeflatePool } from './parallel-deflate.js'

/** Grains that are read, and handed to a thread, at one time. */
const BATCH_GRAINS = 16

/** Entries of a grain table are sector numbers of 32 bits. */
const MAX_BYTES = 2 ** 32 * SECTOR_BYTES

export interface StreamVmdkOptions {
  /** File name that the descriptor gives the disk. */
  readonly name: string
  /** Default `lsilogic`. */
  readonly adapter?: VmdkAdapter | undefined
  /** VMware's virtual hardware version; default 13. */
  readonly hardwareVersion?: number | undefined
  readonly level?: DeflateLevel | undefined
  /** 16 bytes that name the content, for an output that is the same each time. Default: random. */
  readonly contentId?: Uint8Array | undefined
  readonly signal?: AbortSignal | undefined
  /** Waited for between chunks: a paused job stands still there. */
  readonly pausePoint?: (() => Promise<void>) | undefined
  /** Bytes of the disk that were dealt with. */
  readonly onProgress?: ((done: number) => void) | undefined
}

export interface StreamVmdkResult {
  /** Bytes of the VMDK. */
  readonly bytes: number
  /** Grains with content, and all that the disk has. */
  readonly grains: number
  readonly allGrains: number
}

/**
 * Writes a disk as a stream-optimized VMDK to a sink that never has to seek, with the end-of-stream marker and footer that VMware's
 * importers read; qemu-img writes neither. What is known to be empty is not read; grains of zeros are left out.
 * Memory does not depend on the size, save four bytes for each 32 MiB.
 *
 * @throws AppError `file-too-large` beyond the 2 TiB that a VMDK's entries can say; `cancelled`; what the sink throws
 */
export async function streamVmdk(disk: RawDisk, options: StreamVmdkOptions, sink: Sink): Promise<StreamVmdkResult> {
  const capacity = Math.ceil(disk.virtualBytes / SECTOR_BYTES)
  const index = new StreamIndex(capacity)
  let [bytes, grains] = [0, 0]
  const put = async (chunk: Uint8Array): Promise<void> => {
    await sink(chunk)
    bytes += chunk.length
  }
  await put(streamHead({ capacity, ...naming(options) }))
  await withDeflatePool({ kind: 'units', unitBytes: GRAIN_BYTES }, { level: options.level, signal: options.signal }, (pool) =>
    inOrder(
      grainBatches(disk.extents),
      pool.width,
      async (batch) => ({ batch, deflated: await pool.deflate(await readBatch(disk, batch)) }),
      async ({ batch, deflated }) => {
        if (options.signal?.aborted) throw new AppError('cancelled')
        await options.pausePoint?.()
        const [first = 0, last = 0] = [batch[0], batch.at(-1)]
        const filled = deflated.sizes.filter((size) => size > 0).length
        if (filled > 0) {
          const table = index.before(first, bytes / SECTOR_BYTES)
          if (table) await put(table)
          await put(layGrains(index, batch, bytes / SECTOR_BYTES, deflated))
          grains += filled
        }
        options.onProgress?.(Math.min(disk.virtualBytes, (last + 1) * GRAIN_BYTES))
      },
    ),
  )
  await put(index.end(bytes / SECTOR_BYTES))
  options.onProgress?.(disk.virtualBytes)
  return { bytes, grains, allGrains: Math.ceil(disk.virtualBytes / GRAIN_BYTES) }
}

function naming(options: StreamVmdkOptions): {
  name: string
  adapter: VmdkAdapter
  hardwareVersion: number
  contentId: number
  longContentId: string
} {
  const id = Buffer.from(options.contentId ?? randomBytes(16))
  return {
    name: options.name,
    adapter: options.adapter ?? 'lsilogic',
    hardwareVersion: options.hardwareVersion ?? 13,
    // The last four bytes, as in VMware's own; without the topmost bit it cannot be one of the reserved values.
    contentId: (id.readUInt32BE(12) & 0x7fff_ffff) >>> 0,
    longContentId: id.toString('hex'),
  }
}

/** The grains that any part of a non-zero extent touches, in order, each once: a few at a time, and no batch with grains of two tables. */
export function* grainBatches(extents: readonly DiskExtent[]): Generator<readonly number[]> {
  let batch: number[] = []
  let next = 0
  for (const extent of extents) {
    if (extent.zero) continue
    const end = Math.ceil((extent.start + extent.length) / GRAIN_BYTES)
    for (next = Math.max(next, Math.floor(extent.start / GRAIN_BYTES)); next < end; next += 1) {
      const first = batch[0] ?? next
      if (batch.length === BATCH_GRAINS || Math.floor(first / TABLE_ENTRIES) !== Math.floor(next / TABLE_ENTRIES)) {
        yield batch
        batch = []
      }
      batch.push(next)
    }
  }
  if (batch.length > 0) yield batch
}

/** The grains of a batch, one behind the other; neighbours are read at once. A last grain that the disk does not fill ends in zeros. */
async function readBatch(disk: RawDisk, batch: readonly number[]): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(batch.length * GRAIN_BYTES)
  const reads: Promise<void>[] = []
  for (let from = 0; from < batch.length; ) {
    const first = batch[from] ?? 0
    let to = from + 1
    while (batch[to] === first + to - from) to += 1
    reads.push(readInto(disk, first * GRAIN_BYTES, bytes.subarray(from * GRAIN_BYTES, to * GRAIN_BYTES)))
    from = to
  }
  await Promise.all(reads)
  return bytes
}

async function readInto(disk: RawDisk, start: number, into: Uint8Array): Promise<void> {
  into.set(await disk.read(start, Math.min(into.length, disk.virtualBytes - start)))
}

/** Puts the batch's grains behind their markers, each up to a whole sector. */
function layGrains(index: StreamIndex, batch: readonly number[], sector: number, { bytes, sizes }: Deflated): Uint8Array {
  const records = new Uint8Array(sizes.reduce((sum, size) => sum + (size > 0 ? grainRecordBytes(size) : 0), 0))
  let [at, from] = [0, 0]
  for (const [offset, size] of sizes.entries()) {
    const grain = batch[offset]
    if (size === 0 || grain === undefined) continue
    if (!index.add(grain, sector + at / SECTOR_BYTES)) {
      throw new AppError('file-too-large', { details: { maxBytes: MAX_BYTES } })
    }
    writeGrainMarker(records, at, { index: grain, compressedBytes: size })
    records.set(bytes.subarray(from, from + size), at + GRAIN_MARKER_BYTES)
    from += size
    at += grainRecordBytes(size)
  }
  return records
}
