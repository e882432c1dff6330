import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '#shared/errors/app-error'
import type { RegistryResponse, RegistrySession } from '../../../registry/registry-session.js'
import type { BlobDescriptor, BlobOptions } from '../container-source.js'

/** In a row, without a byte more. */
const MAX_BREAKS = 5
const FIRST_PAUSE_MS = 500
const BREAKS: ReadonlySet<string> = new Set(['registry-unreachable', 'registry-stalled', 'registry-failed', 'registry-busy'])

/**
 * The bytes of a blob at a registry, unchecked. After a break it goes on where it was: by a range of HTTP, or by passing over what it has, where the registry
 * ignores that. Throws what `RegistrySession.request` throws, and `cancelled`.
 */
export async function* resumedBlob(session: RegistrySession, blob: BlobDescriptor, options: BlobOptions = {}): AsyncGenerator<Uint8Array> {
  const { signal, pausePoint, onBytes } = options
  let offset = 0
  for (let breaks = 0; ; breaks += 1) {
    const before = offset
    try {
      const response = await untilAborted(open(session, blob, offset), signal, (late) => late.discard())
      for await (const piece of abortable(response, signal)) {
        offset += piece.length
        onBytes?.(Math.min(offset, blob.bytes))
        yield piece
        await pausePoint?.()
      }
      if (offset >= blob.bytes) return
      throw new AppError('registry-unreachable', {
        details: { registry: session.endpoint, reason: `It ended the blob after ${offset} of ${blob.bytes} bytes` },
      })
    } catch (thrown) {
      if (!(thrown instanceof AppError) || !BREAKS.has(thrown.code)) throw thrown
      if (offset > before) breaks = 0
      if (breaks >= MAX_BREAKS) throw thrown
      await pause(breaks === 0 ? 0 : FIRST_PAUSE_MS * 2 ** (breaks - 1), signal)
    }
  }

  async function open(from: RegistrySession, { digest }: BlobDescriptor, start: number): Promise<RegistryResponse> {
    const response = await from.request({
      method: 'GET',
      path: `blobs/${digest}`,
      // Where nothing was compressed on the way, the bytes are those that the digest is of.
      headers: { 'accept-encoding': 'identity', ...(start === 0 ? {} : { range: `bytes=${start}-` }) },
      okStatuses: [200, 206],
    })
    if (start === 0 && response.status === 200) return response
    const skip = response.status === 206 ? start - rangeStart(response, start) : start
    if (skip < 0) {
      await response.discard()
      throw new AppError('blob-mismatch', { details: { digest, reason: 'The registry sent another part of it than was asked for' } })
    }
    return { ...response, body: skipped(response.body, skip), discard: () => response.discard() }
  }
}

/** `bytes 100-199/200` (RFC 9110, 14.4); a registry that does not say it is taken at its word. */
function rangeStart({ headers }: RegistryResponse, asked: number): number {
  const start = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1]
  return start === undefined ? asked : Number(start)
}

async function* skipped(body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const piece of body) {
    const rest = piece.subarray(Math.min(left, piece.length))
    left -= piece.length - rest.length
    if (rest.length > 0) yield rest
  }
}

/** Ends the answer as soon as the signal comes, even where no byte does. */
async function* abortable(response: RegistryResponse, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  const pieces = response.body[Symbol.asyncIterator]()
  let isDone = false
  try {
    for (;;) {
      const next = await untilAborted(pieces.next(), signal, () => {})
      isDone = next.done === true
      if (next.done) return
      yield next.value
    }
  } finally {
    if (!isDone) await response.discard()
  }
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined, onLate: (late: T) => unknown): Promise<T> {
  if (signal === undefined) return work
  let abort: () => void = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new AppError('cancelled'))
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } catch (thrown) {
    // What still arrives, nobody waits for.
    if (signal.aborted) void work.then(onLate, () => {})
    throw thrown
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal })
  } catch (cause) {
    throw new AppError('cancelled', { cause })
  }
}
