import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { discardPart, openPartFile, publish } from '#core/files/atomic-output'
import { checkOutput } from '#core/files/checks'
import { AppError } from '#shared/errors/app-error'

/**
 * Writes a text under a name that is free; nothing has the name before all of it is there. Throws `output-exists`, `no-space`, and as
 * `checkOutput`.
 */
export async function writeNewText(file: string, text: string): Promise<void> {
  const target = await checkOutput({ target: file, sources: [], replace: false })
  const { part } = await openPartFile(target, String(process.pid))
  try {
    await writeFile(part, text)
    await publish({ part, target, replace: false })
  } catch (cause) {
    if (isFull(cause)) throw new AppError('no-space', { details: { folder: path.dirname(target) }, cause })
    throw cause
  } finally {
    await discardPart(part)
  }
}

function isFull(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && ['ENOSPC', 'EDQUOT'].includes(String(cause.code))
}
