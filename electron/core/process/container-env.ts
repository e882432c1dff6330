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
    return value === undefined || value === '' ? [] : [[name, value] as const]
  })
  return { DISKWRIGHT_JOB: '', ...Object.fromEntries(passed), ...(temporaryFolder === undefined ? {} : { TMPDIR: temporaryFolder }) }
}
