import { createHash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { openRegularFile } from '../files/identity.js'
import type { PayloadFile } from './upload-source.js'

const END_BYTES = 64 * 1024

/**
 * What tells a file from one that was changed since, also after a restart of the machine, which may give its file system another number: path, length,
 * inode, times and digest of its ends. Throws as `openRegularFile`.
 */
export async function identifyFile(file: string): Promise<PayloadFile> {
  const { handle, path, stats } = await openRegularFile(file)
  try {
    const bytes = Number(stats.size)
    return { path, bytes, identity: [path, timesOf(stats), await digestOfEnds(handle, bytes)].join(' ') }
  } finally {
    await handle.close()
  }
}

function timesOf({ size, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return [size, ino, mtimeNs, ctimeNs].map((part) => part.toString(36)).join('-')
}

async function digestOfEnds(handle: FileHandle, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.alloc(Math.min(bytes, END_BYTES))
  for (const start of [0, bytes - buffer.length]) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start)
    hash.update(buffer.subarray(0, bytesRead))
  }
  return hash.digest('hex').slice(0, 32)
}
