import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { GoogleAuth, JWT } from 'google-auth-library'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import { readIni } from '#shared/text/ini'
import type { CloudContext } from '../cloud-provider.js'
import { cloudNetworkFailure } from '../transfer/cloud-network-failure.js'
import { nodeAgents } from '../transfer/node-agents.js'

export const SERVICE = 'Google Cloud'

/** What a credentials file says besides its secrets. */
export interface CredentialsFacts {
  /** Absolute path. */
  readonly file: string
  /** `service_account`, `authorized_user`, `external_account` … */
  readonly type: string
  /** Mail address of a service account; empty where the file does not say. */
  readonly who: string
  readonly project: string
  readonly universe: string
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'

function gcloudFolder(env: NodeJS.ProcessEnv): string {
  return env.CLOUDSDK_CONFIG || path.join(env.HOME ?? '', '.config/gcloud')
}

/** Files that credentials are looked for in, in the order of Application Default Credentials. */
export function credentialFiles(env: NodeJS.ProcessEnv, values: FieldValues = {}): string[] {
  const named = [textOf(values, 'keyFile'), env.GOOGLE_APPLICATION_CREDENTIALS ?? ''].filter((file) => file !== '')
  return [...new Set([...named, path.join(gcloudFolder(env), 'application_default_credentials.json')])]
}

/** `core/project` of gcloud's active configuration; empty where there is none. Source: gcloud topic configurations. */
export async function gcloudProject(env: NodeJS.ProcessEnv): Promise<string> {
  const named = env.CLOUDSDK_CORE_PROJECT || env.GOOGLE_CLOUD_PROJECT
  if (named) return named
  const folder = gcloudFolder(env)
  const active = env.CLOUDSDK_ACTIVE_CONFIG_NAME || (await readText(path.join(folder, 'active_config'))).trim() || 'default'
  const sections = readIni(await readText(path.join(folder, 'configurations', `config_${active}`)))
  return sections.get('core')?.get('project') ?? ''
}

async function readText(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch(() => '')
}

type CredentialsJson = Readonly<Record<string, unknown>>

/** Throws `bad-input` that names a file which cannot be used, and `sign-in-expired` where there is none at all. */
async function readCredentials(
  env: NodeJS.ProcessEnv,
  values: FieldValues,
): Promise<{ file: string; text: string; json: CredentialsJson }> {
  const files = credentialFiles(env, values)
  for (const file of files) {
    const text = await fs.readFile(file, 'utf8').catch(() => null)
    // A file that was named has to be there; gcloud's own need not.
    if (text === null && file === files.at(-1)) break
    if (text === null) throw unusable(file, 'cannot be read')
    return { file, text, json: parsed(file, text) }
  }
  const reason = 'No credentials were found on this machine'
  throw new AppError('sign-in-expired', { details: { service: SERVICE, reason, next: SIGN_IN } })
}

export const SIGN_IN = 'Run gcloud auth application-default login, then go on.'

function parsed(file: string, text: string): CredentialsJson {
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null) return json as CredentialsJson
  } catch {
    // What the parser says shows a piece of the file.
  }
  throw unusable(file, 'holds no credentials')
}

function unusable(file: string, what: string): AppError {
  return new AppError('bad-input', { details: { file, reason: `${file} ${what}`, field: 'keyFile' } })
}

export async function credentialsFacts(env: NodeJS.ProcessEnv, values: FieldValues): Promise<CredentialsFacts> {
  const { file, json } = await readCredentials(env, values)
  const word = (name: string): string => (typeof json[name] === 'string' ? json[name] : '')
  return {
    file,
    type: word('type'),
    who: word('client_email'),
    project: word('project_id') || word('quota_project_id') || (await gcloudProject(env)),
    universe: word('universe_domain') || 'googleapis.com',
  }
}

/** Headers that sign a request in. The file is read anew for each; a token that is still good is used again. */
export class GcpSignIn {
  private known: { readonly digest: string; readonly headers: (url: string) => Promise<Headers> } | null = null

  constructor(
    private readonly ctx: CloudContext,
    private readonly values: FieldValues,
  ) {}

  async headers(url: string): Promise<Record<string, string>> {
    const { env } = this.ctx.host
    const { file, text, json } = await readCredentials(env, this.values)
    const digest = createHash('sha256').update(text).digest('hex')
    if (this.known?.digest !== digest) this.known = { digest, headers: this.open(file, json) }
    try {
      return Object.fromEntries(await this.known.headers(url))
    } catch (thrown) {
      this.known = null
      throw refusal(thrown, file)
    }
  }

  /** Where a token was not taken although it should be good. */
  forget(): void {
    this.known = null
  }

  private open(file: string, json: CredentialsJson): (url: string) => Promise<Headers> {
    const { env } = this.ctx.host
    const host = env.CLOUDSDK_AUTH_TOKEN_HOST || 'https://oauth2.googleapis.com/token'
    const agents = nodeAgents({ url: new URL(host), env, ca: textOf(this.values, 'ca') || undefined })
    const options = {
      endpoints: { oauth2TokenUrl: host },
      transporterOptions: { agent: host.startsWith('http:') ? agents.httpAgent : agents.httpsAgent, timeout: TOKEN_MS },
    }
    try {
      const client = new GoogleAuth({ scopes: SCOPE }).fromJSON(json, options)
      if (client instanceof JWT) {
        client.scopes = [SCOPE]
        // Signed by the key itself: no token has to be asked for.
        client.useJWTAccessWithScope = true
      }
      return (url) => client.getRequestHeaders(url)
    } catch {
      throw unusable(file, 'holds credentials of a kind that is not known')
    }
  }
}

const TOKEN_MS = 30_000

/** Google's own words may show a token; only their code is kept. */
function refusal(thrown: unknown, file: string): AppError {
  const { response, code } = thrown as { response?: { status?: number; data?: { error?: unknown } }; code?: unknown }
  const said = typeof response?.data?.error === 'string' ? response.data.error : ''
  if (said === 'invalid_grant' || response?.status === 401) {
    return new AppError('sign-in-expired', { details: { service: SERVICE, reason: `The sign-in of ${file} has ended`, next: SIGN_IN } })
  }
  if (response?.status !== undefined) {
    const reason = said === '' ? 'It gave no token' : `It gave no token: ${said}`
    return new AppError(response.status >= 500 ? 'cloud-failed' : 'cloud-denied', {
      details: { service: SERVICE, status: response.status, reason, what: 'sign in' },
    })
  }
  if (code === undefined) return unusable(file, 'holds a key that cannot be read')
  return cloudNetworkFailure(thrown, { service: SERVICE })
}
