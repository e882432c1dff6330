/** Docker Hub, the one registry that goes by several names (distribution/reference `normalize.go`). */
const HUB = 'docker.io'
const OTHER_NAMES = ['index.docker.io', 'registry-1.docker.io']
const ANSWERS_AT = 'registry-1.docker.io'
/** docker keeps its sign-in there under this address. */
const SIGN_IN_KEY = 'index.docker.io/v1'

/** The name that sign-ins and configuration know a registry by. */
export function registryName(registry: string): string {
  return OTHER_NAMES.includes(registry) ? HUB : registry
}

/** `HOST[:PORT]` that really answers for a registry. */
export function registryHost(registry: string): string {
  return registryName(registry) === HUB ? ANSWERS_AT : registry
}

/** The repository as the registry knows it: Docker Hub keeps what has no owner under `library`, and people leave that out. */
export function fullRepository(registry: string, repository: string): string {
  const isShort = repository !== '' && !repository.includes('/')
  return registryName(registry) === HUB && isShort ? `library/${repository}` : repository
}

/** Keys of auth files that mean a registry, without scheme. */
export function signInKeys(registry: string): string[] {
  return registryName(registry) === HUB ? [HUB, SIGN_IN_KEY, ...OTHER_NAMES] : [registry]
}
