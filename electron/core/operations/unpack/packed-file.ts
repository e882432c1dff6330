import type { FileHandle } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import type { ReadBytes } from '#shared/images/byte-view'
import { openRegularFile } from '../../files/identity.js'

const READ_BYTES = 1024 * 1024

/** A file that is open for reading, wherever its name leads meanwhile. */
export interface PackedFile {
  /** Real path. */
  readonly path: string
  readonly fileBytes: number
  readonly onDiskBytes: number
  readonly revision: string
  readonly handle: FileHandle
}

/** A part of it, the whole by default. */
export interface FileRange {
  readonly offset: number
  readonly length: number
}

/** Opens a file, does `work` and closes it. Throws as `openRegularFile`. */
export async function withPackedFile<T>(path: string, work: (file: PackedFile) => Promise<T>): Promise<T> {
  const { handle, path: real, stats, revision } = await openRegularFile(path)
  try {
    return await work({ handle, path: real, fileBytes: Number(stats.size), onDiskBytes: Number(stats.blocks) * 512, revision })
  } finally {
    await handle.close()
  }
}

/** Reads within a range; fewer bytes at its end. */
export function readerOf(file: PackedFile, range: FileRange = { offset: 0, length: file.fileBytes }): ReadBytes {
  return async (offset, length) => {
    const wanted = Math.max(0, Math.min(length, range.length - offset))
    const buffer = Buffer.alloc(offset < 0 ? 0 : wanted)
    if (buffer.length === 0) return buffer
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, range.offset + offset)
    return buffer.subarray(0, bytesRead)
  }
}

/**
 * The bytes of a range, piece by piece; each piece is the reader's own. Throws `image-damaged` where the file ends before, `cancelled`.
 */
export async function* readRange(
  file: PackedFile,
  range: FileRange,
  signal?: AbortSignal,
  pausePoint?: () => Promise<void>,
): AsyncGenerator<Buffer> {
  for (let done = 0; done < range.length; ) {
    await pausePoint?.()
    if (signal?.aborted) throw new AppError('cancelled')
    const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, range.length - done))
    const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, range.offset + done)
    if (bytesRead === 0) throw new AppError('image-damaged', { details: { path: file.path, reason: 'The file ends before it should' } })
    done += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
