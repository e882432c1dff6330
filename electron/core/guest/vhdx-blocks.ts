import type { BlockNode } from '#shared/images/block-node'
import { sniffFile } from '#shared/images/sniff'
import { readVhdxExtents, type VhdxExtent } from '#shared/images/vhdx-extents'
import { openRegularFile } from '../files/identity.js'

/**
 * Which parts of a VHDX may hold something, by its own table of blocks: qemu's driver tells nobody. Null for any other image, and where its
 * tables are not sound or something waits in its log: qemu has the last word on those.
 */
export async function readBlockTable({ driver, path, window }: BlockNode): Promise<readonly VhdxExtent[] | null> {
  if (driver !== 'vhdx') return null
  const { handle, stats } = await openRegularFile(path)
  try {
    const begin = window?.offset ?? 0
    const fileBytes = Math.min(window?.size ?? Number.POSITIVE_INFINITY, Number(stats.size) - begin)
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      if (!Number.isSafeInteger(offset) || offset < 0 || offset >= fileBytes) return Buffer.alloc(0)
      const buffer = Buffer.alloc(Math.min(length, fileBytes - offset))
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, begin + offset)
      return buffer.subarray(0, bytesRead)
    }
    const { format, unclean, problems } = await sniffFile(read, fileBytes)
    return format === 'vhdx' && !unclean && problems.length === 0 ? await readVhdxExtents(read) : null
  } finally {
    await handle.close()
  }
}
