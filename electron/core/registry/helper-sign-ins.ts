import { registryName, signInKeys } from '#shared/containers/docker-hub'
import { AppError } from '#shared/errors/app-error'
import { askCredentialHelper } from '../process/credential-helper.js'
import type { Host } from '../process/host.js'
import type { RegistryCredential } from './sign-in-store.js'

type Asker = Pick<Host, 'env' | 'signal'>

/** What a helper keeps for a registry; null where that is nothing. docker's helpers know Docker Hub by an address. */
export async function helperSignIn(host: Asker, helper: string, registry: string): Promise<RegistryCredential | null> {
  for (const key of serverNames(registry)) {
    const said = await askCredentialHelper(host, helper, 'get', key)
    const answer = said === null ? null : readAnswer(said, helper)
    const { Username: user, Secret: secret } = answer ?? {}
    if (typeof user === 'string' && typeof secret === 'string' && secret !== '') return { user, secret, isToken: user === '<token>' }
  }
  return null
}

/** Registries and users that a helper keeps. */
export async function helperList(host: Asker, helper: string): Promise<{ readonly registry: string; readonly user: string }[]> {
  const said = await askCredentialHelper(host, helper, 'list', '')
  const answer = said === null ? {} : readAnswer(said, helper)
  return Object.entries(answer).map(([server, user]) => ({
    registry: registryName(server.replace(/^https?:\/\//, '').split('/')[0] ?? ''),
    user: String(user),
  }))
}

/** Makes a helper forget a registry, by each name that docker may have kept it under. Throws `tool-missing`, `tool-failed`. */
export async function helperForget(host: Asker, helper: string, registry: string): Promise<void> {
  for (const key of serverNames(registry)) await askCredentialHelper(host, helper, 'erase', key)
}

function serverNames(registry: string): string[] {
  return signInKeys(registry).length === 1 ? [registry] : ['https://index.docker.io/v1/', registryName(registry)]
}

/** Throws `tool-failed`, without what was said: that may hold a secret. */
function readAnswer(said: string, helper: string): Readonly<Record<string, unknown>> {
  try {
    const answer: unknown = JSON.parse(said)
    if (typeof answer === 'object' && answer !== null) return answer as Readonly<Record<string, unknown>>
  } catch {}
  throw new AppError('tool-failed', { details: { tool: `docker-credential-${helper}`, problem: 'its answer is no JSON' } })
}
