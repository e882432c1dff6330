import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { AppError } from '#shared/errors/app-error'

const KEPT = 256
const known = new Map<string, string>()

/**
 * SHA-256 of a file of this machine. One that is the same as before, by its inode and times, is not read again. Throws `not-a-regular-file`
 * for what may never end, such as a device or a pipe.
 */
export async function hashOfHostFile(file: string): Promise<string> {
  const stats = await stat(file, { bigint: true })
  if (!stats.isFile()) throw new AppError('not-a-regular-file', { details: { path: file } })
  const { dev, ino, size, mtimeNs, ctimeNs } = stats
  const key = [file, dev, ino, size, mtimeNs, ctimeNs].join('\n')
  const before = known.get(key)
  if (before !== undefined) return before
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash)
  const sum = hash.digest('hex')
  known.set(key, sum)
  const [oldest] = known.keys()
  if (known.size > KEPT && oldest !== undefined) known.delete(oldest)
  return sum
}
