import type { Core } from '#core/core-api'
import { UsageError } from './command.js'

/**
 * The one reference that a text means, with its registry and tag. Throws `UsageError` where a short name means several: which registry is
 * asked is not for us to choose.
 */
export async function meantReference(text: string, { containers }: Core): Promise<string> {
  const { references } = await containers.resolve(text)
  const [first, ...others] = references
  if (first === undefined) throw new UsageError(`${text} is no image that this machine knows a registry for`)
  if (others.length > 0) throw new UsageError(`${text} may be any of ${references.join(', ')}: say which one`)
  return first
}
