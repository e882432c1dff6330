import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** Three bytes for each pixel of the largest screen that is shown, and a header. */
const MAX_BYTES = 8192 * 8192 * 3 + 200

/**
 * What `screendump` wrote; null for anything but a regular file of a sensible size. The folder is qemu's to write in: one that a guest has taken over could put a
 * link, a pipe or an endless file there, for a process outside of its sandbox to read. Throws where there is nothing.
 */
export async function readScreen(file: string): Promise<Buffer | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = await handle.stat()
    if (!stats.isFile() || stats.size > MAX_BYTES) return null
    const bytes = Buffer.alloc(stats.size)
    let length = 0
    for (let more = -1; more !== 0 && length < bytes.length; length += more) {
      more = (await handle.read(bytes, length, bytes.length - length, length)).bytesRead
    }
    return bytes.subarray(0, length)
  } finally {
    await handle.close()
  }
}
