import { registryHost } from '#shared/containers/docker-hub'
import { AppError, toAppError } from '#shared/errors/app-error'
import { type Endpoint, openEndpoint } from './endpoint.js'
import { endpointsFor } from './endpoints.js'
import { REGISTRY_LIMITS } from './registry-limits.js'
import type { RegistryDeps, RegistryPlace, RegistryRequest, RegistryResponse, RegistrySession } from './registry-session.js'

/**
 * Opens a repository of a registry, with its mirrors where it is only read. Nothing is sent yet. Throws `container-refused` where `registries.conf`
 * blocks it, and `bad-input` for a name that is no address, and a configuration that cannot be read.
 */
export async function openRegistry(deps: RegistryDeps, place: RegistryPlace): Promise<RegistrySession> {
  const limits = { ...REGISTRY_LIMITS, ...deps.limits }
  const places = await endpointsFor(place, deps.host.env)
  for (const { registry } of places) requireAddress(registry)
  const actions = place.purpose === 'push' ? 'pull,push' : 'pull'
  const endpoints = places.map((found) =>
    openEndpoint({ ...deps, place: found, access: accessFor(place, found.isMirror), actions, limits }),
  )
  const [first, ...others] = endpoints
  if (!first)
    throw new AppError('registry-unreachable', { details: { registry: place.registry, reason: 'No address of it is configured' } })
  let current: Endpoint = first

  const candidates = (request: RegistryRequest): Endpoint[] => {
    const all = [first, ...others]
    const left = all.slice(all.indexOf(current))
    // An address that one of them gave is asked for there; what changes something is not tried elsewhere.
    if (!isBelow(request.path) || (request.method !== 'GET' && request.method !== 'HEAD')) return [current]
    return left.filter(({ place: { serves } }) => serves === 'all' || (serves === 'digests') === isByDigest(request.path))
  }

  return {
    get endpoint() {
      return current.place.registry
    },
    get repository() {
      return current.place.repository
    },
    get isMirror() {
      return current.place.isMirror
    },
    get isPlainHttp() {
      return current.isPlainHttp
    },
    async request(request): Promise<RegistryResponse> {
      const left = candidates(request)
      for (const endpoint of left) {
        try {
          const response = await endpoint.request(request)
          current = endpoint
          return response
        } catch (thrown) {
          if (toAppError(thrown).code === 'cancelled' || endpoint === left.at(-1)) throw thrown
          deps.host.log.info('registry.mirror-failed', { mirror: endpoint.place.registry, code: toAppError(thrown).code })
        }
      }
      throw new AppError('registry-failed', { details: { registry: place.registry, reason: 'No mirror gives out what is asked for' } })
    },
    close: async () => {
      await Promise.all(endpoints.map((endpoint) => endpoint.close()))
    },
  }
}

/** Some names have the form of a host and are none: a port above 65535, 256.0.0.1, IPv6 with too many parts. */
function requireAddress(registry: string): void {
  if (URL.canParse(`https://${registryHost(registry)}/v2/`)) return
  throw new AppError('bad-input', { details: { registry, reason: `${registry} is no address of a registry` } })
}

/** Plain HTTP and a folder of certificates are said of the registry itself; a mirror has its own row in `registries.conf`. */
function accessFor({ access }: RegistryPlace, isMirror: boolean): RegistryPlace['access'] {
  return isMirror ? { authFile: access.authFile } : access
}

function isBelow(path: string): boolean {
  return !/^(https?:\/\/|\/)/i.test(path)
}

function isByDigest(path: string): boolean {
  return /^(manifests|blobs)\/sha256:/.test(path)
}
