import { once } from 'node:events'
import fs from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { openRegularFile } from '../../../files/identity.js'
import type { PushableBlob } from '../../../registry/push-blob.js'
import { type FileSink, type Sink, withFileSink } from '../../artifacts/file-sink.js'
import { gzipParts } from '../../artifacts/gzip-stream.js'
import type { JobContext, StepProgress } from '../../job-context.js'

const PART_BYTES = 1024 ** 2

/**
 * Compresses a layer into a file of its own in `folder`: its digest and length have to be known before the first byte is sent, and a push
 * that goes on after a break reads from the middle. Throws `no-space`, `tool-missing`, `tool-failed`, `cancelled`.
 */
export async function compressLayer(
  ctx: JobContext,
  blob: Omit<PushableBlob, 'digest'>,
  { compression, folder }: { readonly compression: 'gzip' | 'zstd'; readonly folder: string },
  progress: StepProgress,
): Promise<PushableBlob> {
  const file = path.join(folder, `layer.${compression}`)
  await fs.writeFile(file, '', { flag: 'wx', mode: 0o600 })
  const done = (bytes: number): void => progress.bytes(bytes, blob.bytes)
  const { digest, bytes } = await withFileSink(file, { digests: ['sha256'], signal: ctx.signal }, async (sink) => {
    await (compression === 'gzip' ? gzip(ctx, blob, sink, done) : zstd(ctx, blob, sink, done))
    return { digest: `sha256:${sink.digests().sha256 ?? ''}`, bytes: sink.bytes() }
  })
  const { handle } = await openRegularFile(file)
  ctx.defer(() => handle.close())
  return {
    digest,
    bytes,
    async *read(from, to) {
      for (let at = from; at < to; ) {
        const piece = Buffer.allocUnsafe(Math.min(PART_BYTES, to - at))
        const { bytesRead } = await handle.read(piece, 0, piece.length, at)
        if (bytesRead === 0) throw new AppError('image-changed', { details: { path: file } })
        yield piece.subarray(0, bytesRead)
        at += bytesRead
      }
    },
  }
}

async function gzip(ctx: JobContext, blob: Omit<PushableBlob, 'digest'>, sink: FileSink, done: (bytes: number) => void): Promise<void> {
  const parts = Array.from({ length: Math.ceil(blob.bytes / PART_BYTES) }, (_, at) => at * PART_BYTES)
  const read = async (from: number): Promise<Uint8Array<ArrayBuffer>> => {
    const part = new Uint8Array(Math.min(PART_BYTES, blob.bytes - from))
    let filled = 0
    for await (const piece of blob.read(from, from + part.length)) {
      part.set(piece, filled)
      filled += piece.length
    }
    return part
  }
  await gzipParts(parts, read, { signal: ctx.signal, pausePoint: () => ctx.pausePoint(), onBytes: done }, sink.write)
}

async function zstd(
  ctx: JobContext,
  blob: Omit<PushableBlob, 'digest'>,
  { write }: FileSink,
  done: (bytes: number) => void,
): Promise<void> {
  const running = await ctx.host.start('zstd', ['-qc', '-T0'], { access: {}, signal: ctx.signal })
  const ended = running.ended
  const feeding = feed(ctx, blob, running.stdin, ended, done).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  try {
    await drain(running.stdout as AsyncIterable<Uint8Array>, write)
    const { exitCode, stderr } = await ended
    const problem = await feeding
    if (problem !== undefined) throw problem
    if (ctx.signal.aborted) throw new AppError('cancelled')
    if (exitCode !== 0)
      throw new AppError('tool-failed', { details: { tool: 'zstd', exitCode: exitCode ?? 'a signal' }, toolOutput: stderr })
  } finally {
    await running.stop(500)
    await feeding
  }
}

async function drain(from: AsyncIterable<Uint8Array>, write: Sink): Promise<void> {
  for await (const piece of from) await write(piece)
}

async function feed(
  ctx: JobContext,
  blob: Omit<PushableBlob, 'digest'>,
  to: NodeJS.WritableStream,
  ended: Promise<unknown>,
  done: (bytes: number) => void,
): Promise<void> {
  const state = { hasEnded: false, fed: 0 }
  const gone = ended.then(() => {
    state.hasEnded = true
  })
  try {
    for await (const piece of blob.read(0, blob.bytes)) {
      if (state.hasEnded) return
      await ctx.pausePoint()
      if (!to.write(piece)) await Promise.race([once(to, 'drain').catch(() => gone), gone])
      state.fed += piece.length
      done(state.fed)
    }
  } finally {
    to.end()
  }
}
