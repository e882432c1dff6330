import { crc32 } from 'node:zlib'
import { AppError } from '#shared/errors/app-error'
import type { Sink } from './file-sink.js'
import { inOrder } from './in-order.js'
import { type DeflateLevel, withDeflatePool } from './parallel-deflate.js'

/** RFC 1952: magic, deflate, no flags, no time (the same content gives the same file), made on Unix. */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3)
/** RFC 1951: a last block, of fixed codes, with nothing but its end. */
const LAST_BLOCK = Uint8Array.of(0x03, 0x00)

export interface GzipOptions {
  readonly level?: DeflateLevel | undefined
  readonly signal?: AbortSignal | undefined
  readonly pausePoint?: (() => Promise<void>) | undefined
  /** Bytes, not compressed, that are in the sink. */
  readonly onBytes?: ((done: number) => void) | undefined
}

/**
 * Compresses parts to one gzip member on all cores, as pigz does: each part becomes a run of deflate blocks that ends at a byte's border, so
 * that the runs can stand one behind the other (RFC 1951, 3.2.4), under one checksum. Parts of 1 MiB lose nothing that counts.
 *
 * @param read makes the bytes of a part; they are taken over
 */
export async function gzipParts<Part>(
  parts: Iterable<Part>,
  read: (part: Part) => Promise<Uint8Array<ArrayBuffer>>,
  options: GzipOptions,
  sink: Sink,
): Promise<void> {
  let [crc, bytes, done] = [0, 0, 0]
  let counted: Promise<unknown> = Promise.resolve()
  await sink(HEADER)
  await withDeflatePool({ kind: 'flush' }, { level: options.level, signal: options.signal }, (pool) =>
    inOrder(
      parts,
      pool.width,
      async (part) => {
        const before = counted
        // Parts are read side by side; the checksum has to see them one after the other, before a thread takes them.
        const inTurn = read(part).then(async (data) => {
          await before
          crc = crc32(data, crc)
          bytes += data.length
          return data
        })
        counted = inTurn
        const { length } = await inTurn
        return { length, deflated: await pool.deflate(await inTurn) }
      },
      async ({ length, deflated }) => {
        if (options.signal?.aborted) throw new AppError('cancelled')
        await options.pausePoint?.()
        await sink(deflated.bytes)
        done += length
        options.onBytes?.(done)
      },
    ),
  )
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc, 0)
  trailer.writeUInt32LE(bytes % 2 ** 32, 4)
  await sink(LAST_BLOCK)
  await sink(trailer)
}
