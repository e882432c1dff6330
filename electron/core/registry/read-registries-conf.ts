import { readdir, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { mergeRegistriesConf, parseRegistriesConf, type RegistriesConf } from '#shared/containers/registries-conf'
import { AppError } from '#shared/errors/app-error'
import { errnoCode } from '../files/sync.js'

/** Where the configuration of all users stands. */
const SYSTEM_FOLDER = '/etc/containers'

/**
 * How podman is configured here: `$CONTAINERS_REGISTRIES_CONF`, else the user's `registries.conf`, else that of the machine; after it what stands in
 * `registries.conf.d` of the machine and of the user, and the short names that the user chose (containers-registries.conf(5)). Throws `bad-input` that
 * names the file.
 */
export async function readRegistriesConf(env: NodeJS.ProcessEnv, systemFolder = SYSTEM_FOLDER): Promise<RegistriesConf> {
  const home = env.HOME ?? os.homedir()
  const own = path.join(env.XDG_CONFIG_HOME ?? path.join(home, '.config'), 'containers')
  const chosen = path.join(env.XDG_CACHE_HOME ?? path.join(home, '.cache'), 'containers/short-name-aliases.conf')
  const mains = env.CONTAINERS_REGISTRIES_CONF
    ? [env.CONTAINERS_REGISTRIES_CONF]
    : [path.join(own, 'registries.conf'), path.join(systemFolder, 'registries.conf')]
  const main = await firstOf(mains)
  const folders = [path.join(systemFolder, 'registries.conf.d'), path.join(own, 'registries.conf.d')]
  const added = (await Promise.all(folders.map(dropIns))).flat()
  const parts = await Promise.all([...added, chosen].map(readOne))
  return mergeRegistriesConf([main, ...parts].filter((part) => part !== null))
}

async function firstOf(files: readonly string[]): Promise<RegistriesConf | null> {
  for (const file of files) {
    const found = await readOne(file)
    if (found !== null) return found
  }
  return null
}

async function dropIns(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith('.conf'))
    .toSorted()
    .map((name) => path.join(folder, name))
}

async function readOne(file: string): Promise<RegistriesConf | null> {
  try {
    return parseRegistriesConf(await readFile(file, 'utf8'), file)
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown
    if (['ENOENT', 'ENOTDIR'].includes(errnoCode(thrown) ?? '')) return null
    throw new AppError('bad-input', { details: { file, reason: `${file} cannot be read` }, cause: thrown })
  }
}
