import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { AppError } from '#shared/errors/app-error'
import { writeTextDurably } from '../files/durable-text.js'
import { errnoCode } from '../files/sync.js'
import { type AuthFile, parseAuthFile } from './auth-file.js'

/**
 * Auth files in the order of containers-auth.json(5): `$REGISTRY_AUTH_FILE` alone where that is set; else podman's for this login, podman's of the user,
 * docker's. The first is the one that is written.
 */
export function authFilePaths(env: NodeJS.ProcessEnv, chosen?: string): [string, ...string[]] {
  if (chosen !== undefined) return [chosen]
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE]
  const home = env.HOME ?? os.homedir()
  const config = env.XDG_CONFIG_HOME ?? path.join(home, '.config')
  const docker = env.DOCKER_CONFIG ?? path.join(home, '.docker')
  const lasting = [path.join(config, 'containers/auth.json'), path.join(docker, 'config.json')] as const
  const runtime = runtimeFolder(env)
  return runtime === null ? [...lasting] : [path.join(runtime, 'auth.json'), ...lasting]
}

/** Null for a user without a login of their own (cron, `su`): only root makes folders in `/run/containers`, and where root did, it is closed to others. */
function runtimeFolder(env: NodeJS.ProcessEnv): string | null {
  if (env.XDG_RUNTIME_DIR) return path.join(env.XDG_RUNTIME_DIR, 'containers')
  const uid = process.getuid?.() ?? 0
  const folder = `/run/containers/${uid}`
  return uid === 0 || fs.existsSync(folder) ? folder : null
}

/** Null where there is no such file. Throws `bad-input` that names the file. */
export function readAuthFile(file: string): AuthFile | null {
  try {
    return parseAuthFile(fs.readFileSync(file, 'utf8'), file)
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(thrown))) return null
    throw new AppError('bad-input', { details: { file, reason: `${file} cannot be read (${errnoCode(thrown)})` } })
  }
}

/** Replaces an auth file as a whole, for its owner alone; a link stays one. Throws `folder-not-writable`. */
export function writeAuthFile(file: string, content: Readonly<Record<string, unknown>>): void {
  try {
    makeFolder(path.dirname(file))
    const target = fs.existsSync(file) ? fs.realpathSync(file) : file
    writeTextDurably(target, `${JSON.stringify(content, null, '\t')}\n`, 0o600)
  } catch (thrown) {
    throw new AppError('folder-not-writable', { details: { folder: path.dirname(file), path: file, reason: errnoCode(thrown) } })
  }
}

/** One after the other: where a folder that is there takes no other, as in /proc, Node's own `recursive` never ends. */
function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return
  makeFolder(path.dirname(folder))
  try {
    fs.mkdirSync(folder, { mode: 0o700 })
  } catch (thrown) {
    if (errnoCode(thrown) !== 'EEXIST') throw thrown
  }
}
