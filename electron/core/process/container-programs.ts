import fs from 'node:fs'
import { descendants } from './process-tree.js'

const PROGRAMS: ReadonlySet<string> = new Set(['podman', 'buildah', 'skopeo'])
/** Commands that bring layers into a storage: podman(1), buildah(1), skopeo(1). */
const BRINGING: ReadonlySet<string> = new Set([
  'pull',
  'create',
  'run',
  'build',
  'bud',
  'from',
  'commit',
  'copy',
  'sync',
  'load',
  'import',
  'kube',
  'play',
  'compose',
  'service',
])
/** What decides where the storage is: containers-storage.conf(5). Of root it is not in the home folder. */
const PLACES = ['CONTAINERS_STORAGE_CONF', 'STORAGE_DRIVER', 'STORAGE_OPTS'] as const
const PLACES_OF_USERS = ['HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'] as const

/**
 * Programs of this user that bring layers into the same container storage now, as `podman pull (1234)`. Those that `root` started do not count.
 * One whose environment cannot be read may well use the same.
 */
export function othersBringingLayers(env: NodeJS.ProcessEnv, root = process.pid): string[] {
  const own = new Set(descendants(root))
  const uid = process.getuid?.()
  const names = uid === 0 ? PLACES : [...PLACES, ...PLACES_OF_USERS]
  return fs.readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || own.has(pid)) return []
    try {
      if (fs.statSync(`/proc/${pid}`).uid !== uid) return []
      const program = fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
      if (!PROGRAMS.has(program)) return []
      const command = fs
        .readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        .split('\0')
        .find((word) => BRINGING.has(word))
      return command !== undefined && usesSame(pid, env, names) ? [`${program} ${command} (${pid})`] : []
    } catch {
      // It ended meanwhile.
      return []
    }
  })
}

function usesSame(pid: number, env: NodeJS.ProcessEnv, names: readonly string[]): boolean {
  let theirs: ReadonlyMap<string, string>
  try {
    const entries = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    theirs = new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]))
  } catch {
    return true
  }
  return names.every((name) => (theirs.get(name) ?? '') === (env[name] ?? ''))
}
