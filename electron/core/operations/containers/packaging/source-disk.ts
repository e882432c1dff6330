import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import type { ImageFormat } from '#shared/images/formats'
import { openRegularFile, readRevision } from '../../../files/identity.js'
import { openSource } from '../../../guest/source.js'
import type { PushableBlob } from '../../../registry/push-blob.js'

const PIECE_BYTES = 1024 ** 2

/** A disk that lies in one file, open. */
export interface SourceDisk {
  readonly path: string
  readonly bytes: number
  readonly format: ImageFormat
  /** Bytes from one place up to another. Throws `image-changed` when there are fewer. */
  read(from: number, to: number): AsyncGenerator<Uint8Array>
  /** Throws `image-changed` when the file is another one than when it was opened. */
  requireUnchanged(): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a disk whose bytes go into an image as they are. Throws `image-changed` where `revision` is another one, `container-unsupported` for a disk of several files, and what
 * `openSource` throws.
 */
export async function openSourceDisk(file: string, revision?: string): Promise<SourceDisk> {
  const source = await openSource(file)
  if (revision !== undefined && revision !== source.revision) throw changed(source.path)
  const [top] = source.layers
  if (source.files.length > 1) {
    const what = source.layers.length > 1 ? 'a backing file' : 'extents in files of their own'
    throw new AppError('container-unsupported', {
      details: {
        feature: `A disk with ${what}`,
        reason: `${source.path} is of no use without ${source.files.slice(1).join(', ')}`,
        next: 'Make one file of it first: diskwright convert IMAGE --to qcow2 -o ONE.qcow2',
      },
      actions: [{ kind: 'choose-output' }],
    })
  }
  const opened = await openRegularFile(top.path)
  if (opened.revision !== top.revision) {
    await opened.handle.close()
    throw changed(source.path)
  }
  const bytes = Number(opened.stats.size)
  return {
    path: source.path,
    bytes,
    format: source.format,
    read: (from, to) => pieces(opened.handle, source.path, from, to),
    requireUnchanged: async () => {
      if ((await readRevision(top.path)) !== top.revision) throw changed(source.path)
    },
    close: () => opened.handle.close(),
  }
}

async function* pieces(handle: FileHandle, file: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; ) {
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - at))
    const { bytesRead } = await handle.read(piece, 0, piece.length, at)
    if (bytesRead === 0) throw changed(file)
    yield piece.subarray(0, bytesRead)
    at += bytesRead
  }
}

/** The disk between its tar header and the zeros behind it: readable from anywhere, and nowhere written down. */
export function framedDisk(disk: SourceDisk, head: Uint8Array, tailBytes: number): Omit<PushableBlob, 'digest'> {
  const end = head.length + disk.bytes
  return {
    bytes: end + tailBytes,
    async *read(from, to) {
      if (from < head.length) yield head.subarray(from, Math.min(to, head.length))
      const [first, last] = [Math.max(from, head.length), Math.min(to, end)]
      if (first < last) yield* disk.read(first - head.length, last - head.length)
      if (to > end) yield new Uint8Array(to - Math.max(from, end))
    },
  }
}

export interface HashOptions {
  readonly signal: AbortSignal
  pausePoint(): Promise<void>
  onBytes(bytes: number): void
}

/** SHA-256 of a blob, `sha256:` and hex, in one reading. Throws `cancelled`. */
export async function digestOfBlob(blob: Omit<PushableBlob, 'digest'>, options: HashOptions): Promise<string> {
  const hash = createHash('sha256')
  let read = 0
  for await (const piece of blob.read(0, blob.bytes)) {
    if (options.signal.aborted) throw new AppError('cancelled')
    await options.pausePoint()
    hash.update(piece)
    read += piece.length
    options.onBytes(read)
  }
  return `sha256:${hash.digest('hex')}`
}

function changed(file: string): AppError {
  return new AppError('image-changed', { details: { path: file }, actions: [{ kind: 'reload' }] })
}
