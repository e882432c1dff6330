import fs from 'node:fs/promises'
import path from 'node:path'
import { ENVIRONMENT_CLOUD } from '#shared/clouds/forms/openstack-fields'
import { parse } from 'yaml'

type Settings = Readonly<Record<string, unknown>>

/** One cloud as clouds.yaml has it, its secrets of secure.yaml merged in. */
export interface KnownCloud {
  readonly name: string
  /** File that it stands in; null for the environment. */
  readonly file: string | null
  readonly auth: Readonly<Record<string, string>>
  readonly authType: string
  readonly regions: readonly string[]
  readonly interface: string
  readonly cacert: string
  /** It says that certificates are not to be checked. They are all the same. */
  readonly isUnverified: boolean
}

/**
 * Where the tools look, the first that has a clouds.yaml counts ("Configuring OpenStack SDK Applications"): OS_CLIENT_CONFIG_FILE, the working folder,
 * the user's, the machine's.
 */
function foldersOf(env: NodeJS.ProcessEnv): string[] {
  const config = env.XDG_CONFIG_HOME ?? path.join(env.HOME ?? '/nonexistent', '.config')
  return [...(env.PWD === undefined ? [] : [env.PWD]), path.join(config, 'openstack'), '/etc/openstack']
}

/** Every cloud that is known on this machine. A file that cannot be read holds none. */
export async function readClouds(env: NodeJS.ProcessEnv): Promise<readonly KnownCloud[]> {
  const own = env.OS_CLIENT_CONFIG_FILE
  const files = [
    ...(own === undefined || own === '' ? [] : [own]),
    ...foldersOf(env).flatMap((folder) => ['clouds.yaml', 'clouds.yml'].map((name) => path.join(folder, name))),
  ]
  const found = await firstOf(files)
  const secureFiles = [
    ...(env.OS_CLIENT_SECURE_FILE === undefined ? [] : [env.OS_CLIENT_SECURE_FILE]),
    ...(found === null ? [] : [path.join(path.dirname(found.file), 'secure.yaml')]),
    ...foldersOf(env).map((folder) => path.join(folder, 'secure.yaml')),
  ]
  const secure = (await firstOf(secureFiles))?.clouds ?? {}
  const clouds = Object.entries(found?.clouds ?? {}).map(([name, settings]) =>
    cloudOf(name, found?.file ?? null, merge(settings, secure[name])),
  )
  const environment = cloudOfEnvironment(env)
  return environment === null ? clouds : [environment, ...clouds]
}

async function firstOf(files: readonly string[]): Promise<{ file: string; clouds: Readonly<Record<string, Settings>> } | null> {
  for (const file of files) {
    const text = await fs.readFile(file, 'utf8').catch(() => null)
    if (text === null) continue
    const clouds = cloudsOf(text)
    if (clouds !== null) return { file, clouds }
  }
  return null
}

function cloudsOf(text: string): Readonly<Record<string, Settings>> | null {
  try {
    const { clouds } = settingsOf(parse(text))
    return Object.fromEntries(Object.entries(settingsOf(clouds)).map(([name, value]) => [name, settingsOf(value)]))
  } catch {
    return null
  }
}

function settingsOf(value: unknown): Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Settings) : {}
}

function merge(base: Settings, over: Settings | undefined): Settings {
  if (over === undefined) return base
  return { ...base, ...over, auth: { ...settingsOf(base.auth), ...settingsOf(over.auth) } }
}

function cloudOf(name: string, file: string | null, settings: Settings): KnownCloud {
  const auth = Object.fromEntries(Object.entries(settingsOf(settings.auth)).map(([key, value]) => [key, wordOf(value)]))
  const regions = Array.isArray(settings.regions) ? settings.regions.map((one) => wordOf(settingsOf(one).name ?? one)) : []
  const region = wordOf(settings.region_name)
  return {
    name,
    file,
    auth,
    authType: wordOf(settings.auth_type) || (auth.application_credential_secret === undefined ? 'password' : 'v3applicationcredential'),
    regions: region === '' ? regions : [region, ...regions.filter((one) => one !== region)],
    interface: wordOf(settings.interface).replace(/URL$/, '') || 'public',
    cacert: wordOf(settings.cacert),
    isUnverified: settings.verify === false || settings.insecure === true,
  }
}

function wordOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

const AUTH_VARIABLES = [
  'auth_url',
  'username',
  'user_id',
  'password',
  'token',
  'project_name',
  'project_id',
  'tenant_name',
  'tenant_id',
  'user_domain_name',
  'user_domain_id',
  'project_domain_name',
  'project_domain_id',
  'domain_name',
  'domain_id',
  'application_credential_id',
  'application_credential_name',
  'application_credential_secret',
] as const

function cloudOfEnvironment(env: NodeJS.ProcessEnv): KnownCloud | null {
  if (!env.OS_AUTH_URL) return null
  const auth = Object.fromEntries(
    AUTH_VARIABLES.flatMap((name) => {
      const value = env[`OS_${name.toUpperCase()}`]
      return value === undefined || value === '' ? [] : [[name, value]]
    }),
  )
  return cloudOf(ENVIRONMENT_CLOUD, null, {
    auth,
    auth_type: env.OS_AUTH_TYPE ?? '',
    region_name: env.OS_REGION_NAME ?? '',
    interface: env.OS_INTERFACE ?? env.OS_ENDPOINT_TYPE ?? '',
    cacert: env.OS_CACERT ?? '',
    ...(env.OS_INSECURE === 'true' ? { insecure: true } : {}),
  })
}
