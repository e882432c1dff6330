import type { z } from 'zod'
import { AppError } from './app-error.js'

/** What a request says, by its schema. Throws `bad-input` that names each value that does not fit. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const reasons = parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  throw new AppError('bad-input', { details: { reason: reasons.join('; ') }, cause: parsed.error })
}
