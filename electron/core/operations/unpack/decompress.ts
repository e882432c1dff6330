import { once } from 'node:events'
import type { TransformOptions, Writable } from 'node:stream'
import { createGunzip, type ZlibOptions } from 'node:zlib'
import type { Compression } from '#shared/archives/compression'
import { AppError } from '#shared/errors/app-error'
import type { Host, ToolProcess } from '../../process/host.js'
import type { ToolId } from '../../process/tool-table.js'
import { GunzipFeeder } from './gunzip-feeder.js'
import { type FileRange, type PackedFile, readRange } from './packed-file.js'

/** Window of `zstd --long=31` and the buffers of four threads of `xz -9`, with room. */
const MEMORY_BYTES = 4 * 1024 ** 3

const MIB = 1024 * 1024
const GUNZIP_OPTIONS: ZlibOptions & TransformOptions = { chunkSize: MIB, highWaterMark: 4 * MIB }

const TOOLS: Readonly<Record<Exclude<Compression, 'gzip'>, { tool: ToolId; args: readonly string[] }>> = {
  xz: { tool: 'xz', args: ['-dcq', '--format=xz', '-T4'] },
  zstd: { tool: 'zstd', args: ['-dcq', '--long=31'] },
  bzip2: { tool: 'bzip2', args: ['-dc'] },
}

export interface DecompressOptions {
  readonly signal?: AbortSignal | undefined
  /** Waited for between pieces of what is read. */
  readonly pausePoint?: (() => Promise<void>) | undefined
  /** Bytes of the packed file that were read so far. */
  readonly onRead?: ((bytes: number) => void) | undefined
  /** Sees each piece of the packed file. */
  readonly onPacked?: ((bytes: Uint8Array) => void) | undefined
}

/**
 * What a compressed file holds. Its checksums are checked by the end of it; a reader that stops before ends the tool.
 * Throws `image-damaged` for what is cut short, has a wrong checksum or something else behind its end; `tool-missing`, `cancelled`.
 */
export function decompress(
  host: Host,
  file: PackedFile,
  compression: Compression,
  range: FileRange,
  options: DecompressOptions = {},
): AsyncGenerator<Uint8Array> {
  const input = readRange(file, range, options.signal ?? host.signal, options.pausePoint)
  return decompressStream(host, file.path, compression, input, options)
}

/** As `decompress`, of what is read from anywhere; `input` is read to its end. `path`: what errors call it. */
export async function* decompressStream(
  host: Host,
  path: string,
  compression: Compression,
  input: AsyncIterable<Uint8Array>,
  options: DecompressOptions = {},
): AsyncGenerator<Uint8Array> {
  const packed = counted(input, options)
  if (compression === 'gzip') yield* gunzip(path, packed)
  else yield* throughTool(host, path, compression, packed, options.signal)
}

async function* counted(input: AsyncIterable<Uint8Array>, { onRead, onPacked }: DecompressOptions): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const bytes of input) {
    onPacked?.(bytes)
    yield bytes
    read += bytes.length
    onRead?.(read)
  }
}

async function* gunzip(path: string, input: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Room for what is inflated while the reader is busy: neither waits for the other.
  const gunzipStream = createGunzip(GUNZIP_OPTIONS)
  const state = { isDone: false, wasLeft: false }
  const done = new Promise<void>((resolve) => {
    const finish = (): void => {
      state.isDone = true
      resolve()
    }
    gunzipStream.once('end', finish).once('error', finish).once('close', finish)
  })
  const problem: { thrown?: unknown } = {}
  const feeder = new GunzipFeeder(gunzipStream, done)
  const feeding = (async () => {
    for await (const bytes of input) {
      if (state.wasLeft) return
      // zlib takes a gzip file for ended where zeros follow it, as tapes pad it; nothing else may stand behind.
      if (state.isDone) requireZeros(path, bytes)
      else await feeder.add(bytes)
    }
    await feeder.end()
  })().catch((thrown: unknown) => {
    problem.thrown = thrown
    gunzipStream.destroy()
  })
  try {
    yield* gunzipStream as AsyncIterable<Uint8Array>
    await feeding
    if (problem.thrown !== undefined) throw problem.thrown
    for (const bytes of feeder.behindTheEnd()) requireZeros(path, bytes)
  } catch (thrown) {
    if (problem.thrown !== undefined) throw problem.thrown
    if (thrown instanceof AppError) throw thrown
    throw damaged(path, 'gzip', gzipWords(thrown))
  } finally {
    state.isDone = true
    state.wasLeft = true
    gunzipStream.destroy()
    await feeding
  }
}

function requireZeros(path: string, bytes: Uint8Array): void {
  if (bytes.some((byte) => byte !== 0)) throw damaged(path, 'gzip', 'something else follows behind its end')
}

function gzipWords(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  if (text === 'unexpected end of file') return 'it ends too early'
  if (text === 'incorrect header check') return 'something else follows behind its end'
  return /incorrect (data|length) check/.test(text) ? 'its checksum does not match its content' : text
}

async function* throughTool(
  host: Host,
  path: string,
  compression: Exclude<Compression, 'gzip'>,
  input: AsyncGenerator<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const { tool, args } = TOOLS[compression]
  const running = await host.start(tool, args, { limits: { memoryBytes: MEMORY_BYTES }, access: {}, ...(signal ? { signal } : {}) })
  const feeding = feed(running, input).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  try {
    yield* running.stdout as AsyncIterable<Uint8Array>
    const { exitCode, stderr } = await running.ended
    const problem = await feeding
    if (problem !== undefined) throw problem
    if (signal?.aborted || host.signal?.aborted) throw new AppError('cancelled')
    if (exitCode !== 0) throw damaged(path, compression, toolWords(stderr, exitCode), stderr)
    // bzip2 tells of it, and says that all is well.
    if (/trailing garbage/i.test(stderr)) throw damaged(path, compression, 'something else follows behind its end', stderr)
  } finally {
    await running.stop(500)
    await feeding
  }
}

async function feed(running: ToolProcess, input: AsyncGenerator<Uint8Array>): Promise<void> {
  const state = { hasEnded: false }
  const ended = running.ended.then(() => {
    state.hasEnded = true
  })
  try {
    for await (const bytes of input) {
      if (state.hasEnded) return
      if (!running.stdin.write(bytes)) await Promise.race([drained(running.stdin), ended])
    }
  } finally {
    running.stdin.end()
  }
}

/** An error of the stream is no news: its other end tells why it stopped. */
async function drained(stream: Writable): Promise<void> {
  await once(stream, 'drain').catch(() => new Promise<never>(() => {}))
}

/** What xz, zstd and bzip2 say, without their name and the name of their input. */
function toolWords(stderr: string, exitCode: number | null): string {
  if (/unexpected end|premature end|truncated|ends unexpectedly/i.test(stderr)) return 'it ends too early'
  if (/checksum|CRC|integrity/i.test(stderr)) return 'its checksum does not match its content'
  if (/format not recognized|unsupported format|unknown header/i.test(stderr)) return 'something else follows behind its end'
  const line = (stderr.split('\n').at(-1)?.trim() ?? '').replace(/^\S+: (?:\(stdin\): )?/, '')
  return line === '' ? `unpacking it ended with ${exitCode ?? 'a signal'}` : line
}

function damaged(path: string, compression: Compression, reason: string, toolOutput?: string): AppError {
  return new AppError('image-damaged', {
    details: { path, reason: `The ${compression} file is damaged: ${reason}` },
    ...(toolOutput === undefined || toolOutput === '' ? {} : { toolOutput }),
  })
}
