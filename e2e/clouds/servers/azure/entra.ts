import { randomBytes } from 'node:crypto'

export interface EntraAnswer {
  readonly status: number
  readonly body: unknown
}

/** The part of Microsoft Entra that applications sign in with ("OAuth 2.0 client credentials flow on the Microsoft identity platform"). */
export class Entra {
  /** By token: what it is for. */
  private readonly tokens = new Map<string, string>()
  isSecretOver = false

  constructor(
    readonly tenant: string,
    private readonly client: string,
    private readonly secret: string,
  ) {}

  /** Everything that was given is not taken any more. */
  revoke(): void {
    this.tokens.clear()
  }

  isGood(token: string, audience: string): boolean {
    return this.tokens.get(token) === audience
  }

  /** @returns null for what is none of its pages */
  answer(origin: string, path: string, form: URLSearchParams): EntraAnswer | null {
    const base = `${origin}/${this.tenant}`
    if (path === `/${this.tenant}/v2.0/.well-known/openid-configuration`) {
      return {
        status: 200,
        body: {
          issuer: `${base}/v2.0`,
          authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
          token_endpoint: `${base}/oauth2/v2.0/token`,
          jwks_uri: `${base}/discovery/v2.0/keys`,
        },
      }
    }
    if (path !== `/${this.tenant}/oauth2/v2.0/token`) return null
    if (form.get('grant_type') !== 'client_credentials') return refusal('AADSTS70003: The app requested an unsupported grant type.')
    if (form.get('client_id') !== this.client) return refusal('AADSTS700016: Application was not found in the directory.')
    if (form.get('client_secret') !== this.secret) return refusal('AADSTS7000215: Invalid client secret provided.')
    if (this.isSecretOver) return refusal('AADSTS7000222: The provided client secret keys for the app are expired.')
    const scope = /^(.+)\/\.default(?: |$)/.exec(form.get('scope') ?? '')?.[1]
    if (scope === undefined) return refusal('AADSTS1002012: The provided value for scope is not valid.')
    const token = `canary-of-token-${randomBytes(16).toString('hex')}`
    this.tokens.set(token, scope)
    return { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: token } }
  }
}

function refusal(words: string): EntraAnswer {
  const error_description = `${words} Trace ID: 0 Correlation ID: 0 Timestamp: 2026-01-01 00:00:00Z`
  return { status: 401, body: { error: 'invalid_client', error_description, error_codes: [Number(/\d+/.exec(words)?.[0])] } }
}
