import os from 'node:os'
import path from 'node:path'

/** Absolute folders that hold Diskwright's state. XDG Base Directory Specification 0.8. */
export interface Dirs {
  /** settings.json */
  readonly config: string
  /** jobs/, recents.json, log/ */
  readonly state: string
  /** sample images; can be made again */
  readonly cache: string
  /** sockets, locks, staging of running work; mode 0700 */
  readonly runtime: string
}

/**
 * Where state lives. `DISKWRIGHT_CONFIG_DIR`, `_STATE_DIR`, `_CACHE_DIR` and `_RUNTIME_DIR` win, then the XDG variables
 * (relative ones are ignored, as the specification asks), then the XDG defaults.
 */
export function resolveDirs(env: NodeJS.ProcessEnv): Dirs {
  const home = homeFolder(env)
  const pick = (own: string, xdg: string, fallback: string): string => {
    const direct = env[`DISKWRIGHT_${own}_DIR`]
    if (direct) return path.resolve(direct)
    const base = env[xdg]
    return path.join(base && path.isAbsolute(base) ? base : fallback, 'diskwright')
  }
  return {
    config: pick('CONFIG', 'XDG_CONFIG_HOME', path.join(home, '.config')),
    state: pick('STATE', 'XDG_STATE_HOME', path.join(home, '.local/state')),
    cache: pick('CACHE', 'XDG_CACHE_HOME', path.join(home, '.cache')),
    runtime: pick('RUNTIME', 'XDG_RUNTIME_DIR', path.join(os.tmpdir(), `diskwright-runtime-${process.getuid?.() ?? 0}`)),
  }
}

/** A user whom the system does not know, as in many containers, has none: the name stands for a folder that is not there. */
export function homeFolder(env: NodeJS.ProcessEnv): string {
  if (env.HOME && path.isAbsolute(env.HOME)) return env.HOME
  try {
    return os.homedir()
  } catch {
    return '/nonexistent'
  }
}

/** One folder per job. */
export function jobsFolder({ state }: Pick<Dirs, 'state'>): string {
  return path.join(state, 'jobs')
}
