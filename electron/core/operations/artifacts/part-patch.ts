import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import { explainWriteError } from './file-sink.js'

/** Writes pieces of a part file wherever they belong. */
export interface PartPatch {
  /** Throws `no-space`, `file-too-large`, or `cancelled`. */
  write(bytes: Uint8Array, position: number): Promise<void>
  size(): Promise<number>
}

/** For heads that can only be written when what follows them is known. */
export async function withPartPatch<T>(part: string, signal: AbortSignal, work: (patch: PartPatch) => Promise<T>): Promise<T> {
  const handle = await open(part, 'r+')
  try {
    return await work({
      write: async (bytes, position) => {
        if (signal.aborted) throw new AppError('cancelled')
        await writeAt(handle, part, bytes, position)
      },
      size: async () => (await handle.stat()).size,
    })
  } finally {
    await handle.close()
  }
}

async function writeAt(handle: FileHandle, part: string, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0
  try {
    while (written < bytes.length) {
      written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten
    }
  } catch (thrown) {
    throw await explainWriteError(thrown, part, { end: position + bytes.length, left: bytes.length - written })
  }
}
