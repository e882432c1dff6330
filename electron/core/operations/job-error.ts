import { AppError, toAppError } from '#shared/errors/app-error'
import { errnoCode } from '../files/sync.js'

/** As `toAppError`, with the system errors that have words of their own. */
export function toJobError(thrown: unknown): AppError {
  const code = errnoCode(thrown)
  const path = thrown instanceof Error && 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : ''
  if (thrown instanceof Error && thrown.name === 'AbortError') return new AppError('cancelled', { cause: thrown })
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('no-space', { details: { path }, actions: [{ kind: 'retry' }], cause: thrown })
  if (code === 'EFBIG') return new AppError('file-too-large', { details: { path }, cause: thrown })
  return toAppError(thrown)
}
