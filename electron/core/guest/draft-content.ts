import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import type { EngineContent } from './engine.js'

/** What an edit gave a file. Throws `guest-file-too-large`. */
export async function contentOf(content: EngineContent, sizeBytes: number, maxBytes: number, file: string): Promise<Buffer> {
  if (sizeBytes > maxBytes) throw new AppError('guest-file-too-large', { details: { file, sizeBytes, maxBytes } })
  return partOfContent(content, 0, sizeBytes)
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** As much of a part of it as there is. */
export async function partOfContent(content: EngineContent, offset: number, length: number): Promise<Buffer> {
  if (!('hostFile' in content)) return Buffer.from(content).subarray(offset, offset + length)
  const handle = await open(content.hostFile, 'r')
  try {
    const { size } = await handle.stat()
    const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
