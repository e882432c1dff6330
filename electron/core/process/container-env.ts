/**
 * What podman and skopeo need of the user's environment: where their storage, configuration and credential helpers are, and how the
 * network is reached (containers.conf(5), containers-storage.conf(5), containers-auth.json(5)). `CONTAINER_HOST` is left out: Diskwright
 * works on the storage of this machine, never on another's.
 */
const PASSED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'DBUS_SESSION_BUS_ADDRESS',
  'CONTAINERS_CONF',
  'CONTAINERS_STORAGE_CONF',
  'CONTAINERS_REGISTRIES_CONF',
  'REGISTRY_AUTH_FILE',
  'STORAGE_DRIVER',
  'STORAGE_OPTS',
  'DOCKER_CONFIG',
  'GNUPGHOME',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
] as const

/**
 * The environment of a program of the containers family. Such a program cannot work in the sandbox: it needs all of these. It bears no mark of the job: a user's
 * first podman leaves a process that holds their name space, for all that come after it (podman(1), rootless mode). It dies with Diskwright, and what it makes is
 * in the job's journal.
 */
export function containerEnv(env: NodeJS.ProcessEnv, temporaryFolder?: string): Record<string, string> {
  const passed = PASSED.flatMap((name) => {
    const value = env[name]
    return value === undefined || value === '' ? [] : [[name, PROXIES.has(name) ? ofGo(value) : value] as const]
  })
  const known = Object.fromEntries(passed)
  return { DISKWRIGHT_JOB: '', ...proxiesOfAll(known), ...known, ...(temporaryFolder === undefined ? {} : { TMPDIR: temporaryFolder }) }
}

const PROXIES: ReadonlySet<string> = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'])

/** To Go `socks5h` is the same as `socks5`, and old versions of it know only the latter (net/http, `Transport.Proxy`). */
function ofGo(proxy: string): string {
  return proxy.replace(/^socks5h:\/\//i, 'socks5://')
}

/** Go's net/http does not ask `ALL_PROXY`; requests of Diskwright itself do. */
function proxiesOfAll(known: Readonly<Record<string, string>>): Record<string, string> {
  const all = known.ALL_PROXY ?? known.all_proxy ?? ''
  if (!/^(https?|socks5):\/\//i.test(all)) return {}
  const isSet = (name: string): boolean => known[name] !== undefined || known[name.toLowerCase()] !== undefined
  return Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY'].flatMap((name) => (isSet(name) ? [] : [[name, all]])))
}
