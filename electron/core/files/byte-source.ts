import type { FileHandle } from 'node:fs/promises'
import type { ByteSource } from '#shared/lint/byte-source'

/** An open file by the length that it has now; what is cut off meanwhile is missing from what is read. */
export async function byteSourceOf(handle: FileHandle): Promise<ByteSource> {
  const bytes = (await handle.stat()).size
  return {
    bytes,
    read: async (offset, length) => {
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(length, bytes - offset)))
      let done = 0
      while (done < buffer.length) {
        const { bytesRead } = await handle.read(buffer, done, buffer.length - done, offset + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return buffer.subarray(0, done)
    },
  }
}
