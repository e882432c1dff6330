import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors/app-error'
import type { BlobDescriptor } from '../container-source.js'

/**
 * Passes a blob on and checks its size and digest; the last piece is held back until both are right. Throws `blob-mismatch` as soon as there is
 * too much of it.
 */
export async function* verifiedBlob(blob: BlobDescriptor, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let bytes = 0
  let held: Uint8Array | null = null
  for await (const piece of pieces) {
    if (piece.length === 0) continue
    bytes += piece.length
    if (bytes > blob.bytes) throw mismatch(blob, `It is longer than the ${blob.bytes} bytes that the manifest says`)
    hash.update(piece)
    if (held !== null) yield held
    held = piece
  }
  if (bytes !== blob.bytes) throw mismatch(blob, `It has ${bytes} bytes, and the manifest says ${blob.bytes}`)
  const digest = `sha256:${hash.digest('hex')}`
  if (digest !== blob.digest) throw mismatch(blob, `Its content has the digest ${digest} in place of ${blob.digest}`)
  if (held !== null) yield held
}

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Throws `blob-mismatch` where bytes are not what was asked for. */
export function requireDigest(bytes: Uint8Array, digest: string): void {
  const found = digestOf(bytes)
  if (found !== digest) throw mismatch({ digest }, `Its content has the digest ${found} in place of ${digest}`)
}

function mismatch({ digest }: { readonly digest: string }, reason: string): AppError {
  return new AppError('blob-mismatch', { details: { digest, reason } })
}
