import type { SignIn, signInRequestSchema } from '#shared/containers/container-requests'
import { parseReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import type { z } from 'zod'
import { openRegistry } from '../../registry/open-registry.js'
import type { RegistryDeps } from '../../registry/registry-session.js'
import type { RegistryCredential } from '../../registry/sign-in-store.js'

/**
 * Tries a name and password at the registry, and keeps them when they are taken. Throws `sign-in-needed` when they are refused, `bad-input` for what is no
 * registry, and what `RegistrySession.request` throws.
 */
export async function signInAt(deps: RegistryDeps, request: z.output<typeof signInRequestSchema>): Promise<SignIn> {
  const registry = requireRegistry(request.registry)
  const credential: RegistryCredential = { user: request.user, secret: request.secret, isToken: false }
  const session = await openRegistry(
    // Only what is to be tried: another sign-in that is kept must not answer in its place.
    { ...deps, signIns: { ...deps.signIns, find: async () => credential } },
    { registry, repository: '', purpose: 'pull', access: request.access },
  )
  try {
    const response = await session.request({ method: 'GET', path: '' })
    await response.discard()
  } finally {
    await session.close()
  }
  return deps.signIns.keep(registry, credential, request.keep, request.access.authFile)
}

/** `HOST[:PORT]`, and nothing else. Throws `bad-input`. */
export function requireRegistry(text: string): string {
  const reason = 'a registry is its host, and its port where it has one of its own: registry.example:5000'
  const registry = text.trim()
  try {
    if (parseReference(`docker://${registry}/name`).registry === registry) return registry
  } catch (cause) {
    throw new AppError('bad-input', { details: { registry: registry.slice(0, 300), reason }, cause })
  }
  throw new AppError('bad-input', { details: { registry: registry.slice(0, 300), reason } })
}
