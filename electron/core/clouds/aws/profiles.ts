import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { readIni } from '#shared/text/ini'

/** What the AWS tools know of one profile: settings of `config`, and those of `credentials` before them. */
export interface AwsProfile {
  readonly name: string
  readonly settings: ReadonlyMap<string, string>
}

export interface AwsFiles {
  readonly config: string
  readonly credentials: string
}

/** As the AWS SDKs and tools reference guide has it, "Location of the shared config and credentials files". */
export function awsFiles(env: NodeJS.ProcessEnv): AwsFiles {
  const home = env.HOME ?? os.homedir()
  return {
    config: env.AWS_CONFIG_FILE ?? path.join(home, '.aws', 'config'),
    credentials: env.AWS_SHARED_CREDENTIALS_FILE ?? path.join(home, '.aws', 'credentials'),
  }
}

/** All profiles, sorted. A file that cannot be read holds none. */
export async function readProfiles(env: NodeJS.ProcessEnv): Promise<readonly AwsProfile[]> {
  const files = awsFiles(env)
  const [config, credentials] = [await sectionsOf(files.config), await sectionsOf(files.credentials)]
  const merged = new Map<string, Map<string, string>>()
  for (const [title, settings] of config) {
    const name = title === 'default' ? title : /^profile\s+(.+)$/.exec(title)?.[1]
    if (name !== undefined) merged.set(name, new Map(settings))
  }
  for (const [name, settings] of credentials) merged.set(name, new Map([...(merged.get(name) ?? []), ...settings]))
  return [...merged].map(([name, settings]) => ({ name, settings })).toSorted((a, b) => a.name.localeCompare(b.name))
}

async function sectionsOf(file: string): Promise<ReturnType<typeof readIni>> {
  return readIni(await fs.readFile(file, 'utf8').catch(() => ''))
}

/** The profile that is used where none is named. */
export function defaultProfile(env: NodeJS.ProcessEnv): string {
  return env.AWS_PROFILE ?? env.AWS_DEFAULT_PROFILE ?? 'default'
}

export async function findProfile(env: NodeJS.ProcessEnv, name: string): Promise<AwsProfile | null> {
  const wanted = name === '' ? defaultProfile(env) : name
  return (await readProfiles(env)).find((profile) => profile.name === wanted) ?? null
}

/**
 * The endpoint that the AWS tools would take: `AWS_ENDPOINT_URL_SERVICE`, `AWS_ENDPOINT_URL`, `endpoint_url` of the profile (AWS SDKs and tools
 * reference guide, "Service-specific endpoints"); null for the service's own.
 */
export function endpointOf(service: string, env: NodeJS.ProcessEnv, profile: AwsProfile | null): string | null {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return null
  const found = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? env.AWS_ENDPOINT_URL ?? profile?.settings.get('endpoint_url')
  return found === undefined || found === '' ? null : found
}
