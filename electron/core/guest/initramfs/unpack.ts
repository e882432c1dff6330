import { once } from 'node:events'
import { createInflateRaw } from 'node:zlib'
import { AppError } from '#shared/errors/app-error'
import type { Host, ToolProcess } from '../../process/host.js'
import type { ToolId } from '../../process/tool-table.js'
import type { ByteSource } from './byte-source.js'
import { ArchiveProblem } from './cpio.js'
import { type FrameReader, lz4Legacy, restOf, xzStream, zstdFrame } from './frames.js'

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'lz4' | 'bzip2' | 'lzma'

/** What the kernel tells formats by (Linux lib/decompress.c). */
const MAGICS: readonly (readonly [name: Exclude<Compression, 'none'> | 'lzo', bytes: readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['lz4', [0x02, 0x21, 0x4c, 0x18]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lzma', [0x5d, 0x00]],
  ['lzo', [0x89, 0x4c, 0x5a]],
]
export const MAGIC_BYTES = 6

export function compressionOf(head: Uint8Array): Exclude<Compression, 'none'> | 'lzo' | null {
  return MAGICS.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte))?.[0] ?? null
}

const TOOLS: Readonly<Record<Exclude<Compression, 'none' | 'gzip'>, { tool: ToolId; args: readonly string[]; frame: FrameReader }>> = {
  zstd: { tool: 'zstd', args: ['-dcq'], frame: zstdFrame },
  xz: { tool: 'xz', args: ['-dcq', '--format=xz'], frame: xzStream },
  lz4: { tool: 'lz4', args: ['-dcq'], frame: lz4Legacy },
  bzip2: { tool: 'bzip2', args: ['-dcq'], frame: restOf },
  lzma: { tool: 'xz', args: ['-dcq', '--format=lzma'], frame: restOf },
}

export interface UnpackOptions {
  /** A sandbox to run the tools in; without one each gets its own. */
  readonly within?: ToolProcess | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * What one compressed stream holds. Once it has all been read, the source stands behind the stream.
 * Throws `ArchiveProblem` for what is damaged, `tool-missing`.
 */
export function unpack(
  host: Host,
  source: ByteSource,
  compression: Exclude<Compression, 'none'>,
  options: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  if (compression === 'gzip') return gunzip(source)
  const { tool, args, frame } = TOOLS[compression]
  return throughTool(host, tool, args, frame(source), options)
}

async function* throughTool(
  host: Host,
  tool: ToolId,
  args: readonly string[],
  input: AsyncGenerator<Uint8Array>,
  options: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  const running = await host.start(tool, args, {
    limits: { memoryBytes: 1024 ** 3, cpuSeconds: 60 },
    signal: options.signal,
    ...(options.within ? { within: options.within } : { access: {} }),
  })
  const feeding = feed(running, input).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  try {
    yield* running.stdout as AsyncIterable<Uint8Array>
    const { exitCode, stderr } = await running.ended
    const problem = await feeding
    if (problem !== undefined) throw problem
    if (exitCode !== 0)
      throw new ArchiveProblem(`${tool} could not unpack an archive${stderr === '' ? '' : `: ${stderr.split('\n').at(-1)}`}`)
  } finally {
    await running.stop(500)
  }
}

async function feed(running: ToolProcess, input: AsyncGenerator<Uint8Array>): Promise<void> {
  let hasEnded = false
  const ended = running.ended.then(() => {
    hasEnded = true
  })
  try {
    for await (const bytes of input) {
      if (hasEnded) return
      if (bytes.length > 0 && !running.stdin.write(bytes)) await Promise.race([once(running.stdin, 'drain'), ended])
    }
  } finally {
    running.stdin.end()
  }
}

const GZIP_FLAG = { checksum: 2, extra: 4, name: 8, comment: 16 } as const
const MAX_GZIP_NAME = 64 * 1024

/** One gzip member, RFC 1952. zlib takes what follows one for another and fails; the raw stream in it ends where it ends. */
async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  await passGzipHeader(source)
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 })
  const fed: { start: number; bytes: Buffer }[] = []
  const state = { isDone: false }
  const done = new Promise<void>((resolve) => {
    const finish = (): void => {
      state.isDone = true
      resolve()
    }
    inflate.once('end', finish).once('error', finish).once('close', finish)
  })
  let inputProblem: unknown
  const more = (): Promise<Buffer> =>
    source.some(64 * 1024).catch((thrown: unknown) => {
      inputProblem = thrown
      inflate.destroy()
      throw thrown
    })
  const feeding = (async () => {
    for (let start = 0; !state.isDone; ) {
      const bytes = await more()
      if (bytes.length === 0) break
      while (fed[0] && fed[0].start + fed[0].bytes.length <= inflate.bytesWritten) fed.shift()
      fed.push({ start, bytes })
      start += bytes.length
      if (!state.isDone && !inflate.write(bytes)) await Promise.race([once(inflate, 'drain'), done])
    }
    if (!state.isDone) inflate.end()
  })().catch(() => {})
  try {
    yield* inflate as AsyncIterable<Uint8Array>
  } catch (thrown) {
    if (inputProblem !== undefined) throw inputProblem
    throw new ArchiveProblem(`A gzip archive is damaged: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  } finally {
    state.isDone = true
    inflate.destroy()
    await feeding
  }
  const used = inflate.bytesWritten
  const unused = fed.map(({ start, bytes }) => bytes.subarray(Math.max(0, Math.min(bytes.length, used - start))))
  source.untake(Buffer.concat(unused))
  await source.skip(8)
}

async function passGzipHeader(source: ByteSource): Promise<void> {
  const flags = (await source.take(10))[3] ?? 0
  if ((flags & GZIP_FLAG.extra) !== 0) {
    const length = await source.take(2)
    await source.skip(length.length < 2 ? 0 : length.readUInt16LE(0))
  }
  for (const flag of [GZIP_FLAG.name, GZIP_FLAG.comment]) {
    if ((flags & flag) === 0) continue
    for (let left = MAX_GZIP_NAME; ; left -= 1) {
      const [byte] = await source.take(1)
      if (byte === 0 || byte === undefined) break
      if (left === 0) throw new ArchiveProblem('A gzip archive is damaged: its name does not end')
    }
  }
  if ((flags & GZIP_FLAG.checksum) !== 0) await source.skip(2)
}

export function isMissingTool(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && thrown.code === 'tool-missing'
}
