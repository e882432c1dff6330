import { fullRepository } from '#shared/containers/docker-hub'
import { placesFor } from '#shared/containers/registries-conf'
import type { EndpointPlace } from './endpoint.js'
import { readRegistriesConf } from './read-registries-conf.js'
import type { RegistryPlace } from './registry-session.js'

/**
 * Where a repository is asked for, in this order: the mirrors that `registries.conf` names, then the registry itself. Throws `container-refused` where
 * it is blocked, and `bad-input` for a configuration that cannot be read.
 */
export async function endpointsFor({ registry, repository, purpose }: RegistryPlace, env: NodeJS.ProcessEnv): Promise<EndpointPlace[]> {
  const name = { registry, repository: fullRepository(registry, repository) }
  return placesFor(await readRegistriesConf(env), name, purpose)
}
