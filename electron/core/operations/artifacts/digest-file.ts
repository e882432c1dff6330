import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import type { DigestName } from '#shared/jobs/convert-request'

/** Lower-case hex by the name of the digest. */
export type Digests = Readonly<Partial<Record<DigestName, string>>>

export interface DigestOptions {
  readonly signal?: AbortSignal | undefined
  readonly onBytes?: ((done: number, total: number) => void) | undefined
}

const PIECE = 1024 * 1024

/**
 * All asked digests of a file in one read. The next piece is read while the last one is counted in; memory does not depend on the size.
 *
 * @throws AppError `cancelled`, `file-not-found`, `file-not-readable`; `image-changed` when the file became shorter meanwhile.
 */
export async function digestFile(file: string, names: readonly DigestName[], options: DigestOptions = {}): Promise<Digests> {
  const hashes = names.map((name) => ({ name, hash: createHash(name) }))
  const handle = await open(file, 'r').catch((cause: unknown) => {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    throw new AppError(missing ? 'file-not-found' : 'file-not-readable', { details: { path: file, reason: String(cause) }, cause })
  })
  try {
    const total = (await handle.stat()).size
    let [now, next] = [Buffer.allocUnsafe(PIECE), Buffer.allocUnsafe(PIECE)]
    let reading = handle.read(now, 0, PIECE, 0)
    for (let at = 0; at < total; ) {
      if (options.signal?.aborted) throw new AppError('cancelled')
      const { bytesRead } = await reading
      if (bytesRead === 0) throw new AppError('image-changed', { details: { path: file } })
      const piece = now.subarray(0, Math.min(bytesRead, total - at))
      at += piece.length
      if (at < total) reading = handle.read(next, 0, PIECE, at)
      for (const { hash } of hashes) hash.update(piece)
      ;[now, next] = [next, now]
      options.onBytes?.(at, total)
    }
    await reading
    return Object.fromEntries(hashes.map(({ name, hash }) => [name, hash.digest('hex')]))
  } finally {
    await handle.close()
  }
}
