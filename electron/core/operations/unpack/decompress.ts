import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Compression } from '#shared/archives/compression'
import { AppError } from '#shared/errors/app-error'
import type { Host, ToolProcess } from '../../process/host.js'
import type { ToolId } from '../../process/tool-table.js'
import { type FileRange, type PackedFile, readRange } from './packed-file.js'

/** Window of `zstd --long=31` and the buffers of four threads of `xz -9`, with room. */
const MEMORY_BYTES = 4 * 1024 ** 3

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
export async function* decompress(
  host: Host,
  file: PackedFile,
  compression: Compression,
  range: FileRange,
  options: DecompressOptions = {},
): AsyncGenerator<Uint8Array> {
  const input = counted(readRange(file, range, options.signal ?? host.signal, options.pausePoint), options)
  if (compression === 'gzip') yield* gunzip(file, input, range)
  else yield* throughTool(host, file, compression, input, options.signal)
}

async function* counted(input: AsyncGenerator<Buffer>, { onRead, onPacked }: DecompressOptions): AsyncGenerator<Buffer> {
  let read = 0
  for await (const bytes of input) {
    onPacked?.(bytes)
    yield bytes
    read += bytes.length
    onRead?.(read)
  }
}

async function* gunzip(file: PackedFile, input: AsyncGenerator<Buffer>, range: FileRange): AsyncGenerator<Uint8Array> {
  const gunzipStream = createGunzip({ chunkSize: 256 * 1024 })
  const state = { isDone: false, fed: 0 }
  const done = new Promise<void>((resolve) => {
    const finish = (): void => {
      state.isDone = true
      resolve()
    }
    gunzipStream.once('end', finish).once('error', finish).once('close', finish)
  })
  const problem: { thrown?: unknown } = {}
  const feeding = (async () => {
    for await (const bytes of input) {
      if (state.isDone) return
      state.fed += bytes.length
      if (!gunzipStream.write(bytes)) await Promise.race([drained(gunzipStream), done])
    }
    if (!state.isDone) gunzipStream.end()
  })().catch((thrown: unknown) => {
    problem.thrown = thrown
    gunzipStream.destroy()
  })
  try {
    yield* gunzipStream as AsyncIterable<Uint8Array>
    await feeding
    if (problem.thrown !== undefined) throw problem.thrown
    await requireOnlyPadding(file, { offset: range.offset + gunzipStream.bytesWritten, length: range.length - gunzipStream.bytesWritten })
  } catch (thrown) {
    if (problem.thrown !== undefined) throw problem.thrown
    if (thrown instanceof AppError) throw thrown
    throw damaged(file, 'gzip', gzipWords(thrown))
  } finally {
    state.isDone = true
    gunzipStream.destroy()
    await feeding
  }
}

/** zlib takes a gzip file for ended where zeros follow it, as tapes pad it; nothing else may stand behind. */
async function requireOnlyPadding(file: PackedFile, rest: FileRange): Promise<void> {
  for await (const bytes of readRange(file, rest)) {
    if (bytes.some((byte) => byte !== 0)) throw damaged(file, 'gzip', 'something else follows behind its end')
  }
}

function gzipWords(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  if (text === 'unexpected end of file') return 'it ends too early'
  if (text === 'incorrect header check') return 'something else follows behind its end'
  return /incorrect (data|length) check/.test(text) ? 'its checksum does not match its content' : text
}

async function* throughTool(
  host: Host,
  file: PackedFile,
  compression: Exclude<Compression, 'gzip'>,
  input: AsyncGenerator<Buffer>,
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
    if (exitCode !== 0) throw damaged(file, compression, toolWords(stderr, exitCode), stderr)
    // bzip2 tells of it, and says that all is well.
    if (/trailing garbage/i.test(stderr)) throw damaged(file, compression, 'something else follows behind its end', stderr)
  } finally {
    await running.stop(500)
    await feeding
  }
}

async function feed(running: ToolProcess, input: AsyncGenerator<Buffer>): Promise<void> {
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

function damaged(file: PackedFile, compression: Compression, reason: string, toolOutput?: string): AppError {
  return new AppError('image-damaged', {
    details: { path: file.path, reason: `The ${compression} file is damaged: ${reason}` },
    ...(toolOutput === undefined || toolOutput === '' ? {} : { toolOutput }),
  })
}
