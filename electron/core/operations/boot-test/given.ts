import type { GivenText } from '#shared/boot-test/given-text'
import { AppError } from '#shared/errors/app-error'
import { readText } from '../../files/read-text.js'

const MAX_GIVEN_BYTES = 1024 ** 2
/** What stands for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd'

/** Throws as `readText` does, and `bad-input` for what would reach the guest as something else: packed or binary data. */
export async function readGiven(text: GivenText): Promise<string> {
  if ('text' in text) return text.text
  const { file } = text
  const content = await readText(file, MAX_GIVEN_BYTES)
  if (content.includes(REPLACEMENT)) throw new AppError('bad-input', { details: { path: file, reason: `${file} is no text in UTF-8` } })
  return content
}
