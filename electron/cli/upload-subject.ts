import path from 'node:path'
import { PROVIDER_IDS, type ProviderId } from '#shared/clouds/provider-ids'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { Edit } from '#shared/edits/edit'
import { closest } from '#shared/text/closest'
import { type CommandContext, UsageError } from './command.js'

/** An image of podman's storage has a name, and no path. */
export function factsOf(image: string, edits: readonly Edit[], { core, signal }: CommandContext): Promise<SourceFacts> {
  const isStored = image.startsWith('containers-storage:')
  return core.clouds.facts(isStored ? image : path.resolve(image), { edits, signal })
}

/** Throws `UsageError`. */
export function providerOf(name: string): ProviderId {
  const found = PROVIDER_IDS.find((id) => id === name.toLowerCase())
  if (found !== undefined) return found
  const meant = closest(name.toLowerCase(), PROVIDER_IDS)
  throw new UsageError(
    `unknown provider ${name}${meant === undefined ? `: one of ${PROVIDER_IDS.join(', ')}` : `; did you mean ${meant}?`}`,
  )
}
