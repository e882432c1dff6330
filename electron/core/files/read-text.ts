import { open } from 'node:fs/promises'
import { AppError } from '#shared/errors/app-error'
import { formatBytes } from '#shared/text/bytes'
import { errnoCode } from './sync.js'

const MAX_BYTES = 16 * 1024 * 1024

/**
 * A text that a user wrote, such as a recipe or a key; what a shell passes as `<(…)` too. An image that is named by mistake is not read to
 * its end. Throws `file-not-found`, `file-not-readable`, `not-a-regular-file`, and `bad-input` for more than `maxBytes`.
 */
export async function readText(file: string, maxBytes = MAX_BYTES): Promise<string> {
  const handle = await open(file, 'r').catch((cause: unknown) => reject(file, cause))
  try {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of handle.createReadStream({ autoClose: false })) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length > maxBytes) {
        const reason = `${file} holds more than ${formatBytes(maxBytes)}, which is too much for a text`
        throw new AppError('bad-input', { details: { path: file, reason } })
      }
    }
    return Buffer.concat(chunks).toString('utf8')
  } catch (thrown) {
    return reject(file, thrown)
  } finally {
    await handle.close()
  }
}

function reject(path: string, cause: unknown): never {
  if (cause instanceof AppError) throw cause
  const code = errnoCode(cause)
  const options = { details: { path, reason: code || String(cause) }, cause }
  if (code === 'ENOENT' || code === 'ENOTDIR') throw new AppError('file-not-found', options)
  throw new AppError(code === 'EISDIR' ? 'not-a-regular-file' : 'file-not-readable', options)
}
