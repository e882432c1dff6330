import fs from 'node:fs/promises'
import type { GivenText } from '#shared/boot-test/given-text'
import { AppError } from '#shared/errors/app-error'

const MAX_GIVEN_BYTES = 1024 ** 2

/** Throws `file-not-found`, `bad-input` for what is larger than 1 MiB. */
export async function readGiven(text: GivenText): Promise<string> {
  if ('text' in text) return text.text
  const { size } = await fs.stat(text.file).catch(() => {
    throw new AppError('file-not-found', { details: { path: text.file } })
  })
  if (size > MAX_GIVEN_BYTES) throw new AppError('bad-input', { details: { reason: `${text.file} is larger than 1 MiB` } })
  return fs.readFile(text.file, 'utf8')
}
