import { randomBytes } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import type { VmdkAdapter } from '#shared/images/vmdk/descriptor'
import { GRAIN_MARKER_BYTES, grainRecordBytes, writeGrainMarker } from '#shared/images/vmdk/markers'
import { GRAIN_BYTES, SECTOR_BYTES } from '#shared/images/vmdk/sparse-header'
import { StreamIndex, streamHead } from '#shared/images/vmdk/stream-index'
import type { RawDisk } from '../../guest/raw-disk.js'
import type { Sink } from './file-sink.js'
import { inOrder } from './in-order.js'
import { type Deflated, type DeflateLevel, withDeflatePool } from './parallel-deflate.js'

/** Grains that are read, and handed to a thread, at one time. A divisor of a grain table's entries: no task has grains of two tables. */
const TASK_GRAINS = 16

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
      grainRuns(disk),
      pool.width,
      async (run) => ({ run, deflated: await pool.deflate(await readRun(disk, run)) }),
      async ({ run, deflated }) => {
        if (options.signal?.aborted) throw new AppError('cancelled')
        await options.pausePoint?.()
        const filled = deflated.sizes.filter((size) => size > 0).length
        if (filled > 0) {
          const table = index.before(run.first, bytes / SECTOR_BYTES)
          if (table) await put(table)
          await put(layGrains(index, run.first, bytes / SECTOR_BYTES, deflated))
          grains += filled
        }
        options.onProgress?.(Math.min(disk.virtualBytes, (run.first + run.count) * GRAIN_BYTES))
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

interface GrainRun {
  readonly first: number
  readonly count: number
}

/** The grains that any part of a non-zero extent touches, in order, each once, `TASK_GRAINS` at most at a time. */
export function* grainRuns(disk: Pick<RawDisk, 'extents'>): Generator<GrainRun> {
  let next = 0
  for (const extent of disk.extents) {
    if (extent.zero) continue
    const end = Math.ceil((extent.start + extent.length) / GRAIN_BYTES)
    let first = Math.max(next, Math.floor(extent.start / GRAIN_BYTES))
    while (first < end) {
      const border = (Math.floor(first / TASK_GRAINS) + 1) * TASK_GRAINS
      const count = Math.min(end, border) - first
      yield { first, count }
      first += count
    }
    next = Math.max(next, end)
  }
}

/** The run's bytes; a last grain that the disk does not fill ends in zeros. */
async function readRun(disk: RawDisk, run: GrainRun): Promise<Uint8Array<ArrayBuffer>> {
  const start = run.first * GRAIN_BYTES
  const length = run.count * GRAIN_BYTES
  const bytes = await disk.read(start, Math.min(length, disk.virtualBytes - start))
  if (bytes.length === length) return bytes as Uint8Array<ArrayBuffer>
  const whole = new Uint8Array(length)
  whole.set(bytes)
  return whole
}

/** Puts the run's grains behind their markers, each up to a whole sector. */
function layGrains(index: StreamIndex, first: number, sector: number, { bytes, sizes }: Deflated): Uint8Array {
  const records = new Uint8Array(sizes.reduce((sum, size) => sum + (size > 0 ? grainRecordBytes(size) : 0), 0))
  let [at, from] = [0, 0]
  for (const [offset, size] of sizes.entries()) {
    if (size === 0) continue
    if (!index.add(first + offset, sector + at / SECTOR_BYTES)) {
      throw new AppError('file-too-large', { details: { maxBytes: MAX_BYTES } })
    }
    writeGrainMarker(records, at, { index: first + offset, compressedBytes: size })
    records.set(bytes.subarray(from, from + size), at + GRAIN_MARKER_BYTES)
    from += size
    at += grainRecordBytes(size)
  }
  return records
}
