import { silentLogger } from '#core/log/logger'
import { openRegistry } from '#core/registry/open-registry'
import { REGISTRY_LIMITS, type RegistryLimits } from '#core/registry/registry-limits'
import type { RegistryPlace, RegistrySession } from '#core/registry/registry-session'
import type { RegistryCredential, SignInStore } from '#core/registry/sign-in-store'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { digestOf } from './container-image.js'

export interface SessionRequest extends Partial<RegistryPlace> {
  readonly registry: string
  /** What signs in, wherever that is needed. */
  readonly credential?: RegistryCredential
  readonly limits?: Partial<RegistryLimits>
  readonly signal?: AbortSignal
  readonly env?: NodeJS.ProcessEnv
}

/** Nothing of this machine: no configuration, no sign-in, no proxy. */
export const BARE_ENV: NodeJS.ProcessEnv = {
  HOME: '/nonexistent',
  XDG_RUNTIME_DIR: '/nonexistent',
  CONTAINERS_REGISTRIES_CONF: '/dev/null',
}

/** A session that is closed afterwards. By default plain HTTP, `team/disk`, nobody signed in. */
export async function withSession<T>(request: SessionRequest, work: (session: RegistrySession) => Promise<T>): Promise<T> {
  const { credential, limits, signal, env = BARE_ENV, ...place } = request
  const full = { repository: 'team/disk', purpose: 'pull' as const, access: { plainHttp: true }, ...place }
  const session = await openRegistry({ host: { env, log: silentLogger, signal }, signIns: knows(credential ?? null), limits }, full)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/** One sign-in for every registry. */
export function knows(credential: RegistryCredential | null): SignInStore {
  const notAsked = () => Promise.reject(new Error('this store only finds'))
  return { find: () => Promise.resolve(credential), list: notAsked, keep: notAsked, forget: notAsked }
}

/** Limits that wait for nothing, and note in milliseconds how long they were to wait. */
export function hurried(): { readonly limits: RegistryLimits; readonly waits: number[] } {
  const waits: number[] = []
  return { waits, limits: { ...REGISTRY_LIMITS, wait: async (milliseconds) => void waits.push(milliseconds) } }
}

/** Digest of what `v1` leads to, as it was answered. */
export async function manifestOf(session: RegistrySession): Promise<string> {
  const response = await session.request({ method: 'GET', path: 'manifests/v1', headers: { accept: MEDIA_TYPES.manifest } })
  return digestOf(await response.bytes(4 * 1024 * 1024))
}
