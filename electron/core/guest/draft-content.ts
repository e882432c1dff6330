import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import type { EngineContent } from './engine.js'

/** What an edit gave a file. Throws `guest-file-too-large`. */
export async function contentOf(content: EngineContent, sizeBytes: number, maxBytes: number, file: string): Promise<Buffer> {
  if (sizeBytes > maxBytes) throw new AppError('guest-file-too-large', { details: { file, sizeBytes, maxBytes } })
  return 'hostFile' in content ? readFile(content.hostFile) : Buffer.from(content)
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
