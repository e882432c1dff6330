import { AppError } from '#shared/errors/app-error'
import { parseChallenges } from '#shared/containers/www-authenticate'
import type { Network } from './network.js'
import { refusalError } from './registry-answer.js'
import { MAX_ERROR_BYTES, type RegistryLimits } from './registry-limits.js'
import type { RegistryResponse } from './registry-session.js'
import { sendPatiently } from './retry.js'
import type { RegistryCredential } from './sign-in-store.js'

export interface AuthorizationDeps {
  readonly registry: string
  readonly network: Network
  readonly limits: RegistryLimits
  readonly signal: AbortSignal | undefined
  readonly credential: () => Promise<RegistryCredential | null>
  readonly now: () => number
}

/** How one registry is told who asks, and what for. Tokens are kept as long as they last, one for each set of scopes. */
export interface Authorization {
  /** Value of `Authorization`; undefined where the registry asks for none, or has not asked yet. */
  header(scopes: readonly string[]): Promise<string | undefined>
  /** After a 401: what to send in place of `used`. Undefined when there is nothing else. Throws what the token server says. */
  renew(response: RegistryResponse, used: string | undefined, scopes: readonly string[]): Promise<string | undefined>
  /** Whether the registry ever said what it wants. */
  readonly isKnown: boolean
  /** Values that no error may show. */
  secrets(): readonly string[]
}

type Method = { readonly kind: 'basic' } | { readonly kind: 'bearer'; readonly realm: URL; readonly service: string | undefined }
interface Token {
  readonly value: string
  readonly endsAt: number
}

/** Lifetime of a token that does not tell its own (distribution, "Token Authentication Specification"). */
const DEFAULT_SECONDS = 60
/** A token is no longer used this long before its end. */
const MARGIN_SECONDS = 10

export function createAuthorization(deps: AuthorizationDeps): Authorization {
  const { registry, credential, now } = deps
  let method: Method | undefined
  const tokens = new Map<string, Promise<Token>>()
  const secrets = new Set<string>()

  const fetchToken = async (bearer: Method & { kind: 'bearer' }, scopes: readonly string[]): Promise<Token> => {
    const known = await credential()
    const response = await sendPatiently(() => deps.network.send(tokenRequest(bearer, scopes, known)), {
      limits: deps.limits,
      signal: deps.signal,
      repeatable: true,
      once: false,
    })
    const body = (await response.bytes(MAX_ERROR_BYTES)).toString('utf8')
    if (response.status !== 200) {
      // Token servers say 400 and 403 as well where the password is wrong.
      const status = known !== null && [400, 403].includes(response.status) ? 401 : response.status
      throw refusalError({ ...NOTHING, status, registry, user: known?.user ?? null, body, secrets: secretsOf(known) })
    }
    const token = readToken(body, now())
    if (token === null)
      throw new AppError('registry-failed', { details: { registry, reason: 'Its token server answered without a token' } })
    secrets.add(token.value)
    return token
  }

  const tokenFor = async (bearer: Method & { kind: 'bearer' }, scopes: readonly string[]): Promise<string> => {
    const key = scopes.join(' ')
    const kept = tokens.get(key)
    const token = kept === undefined ? null : await kept.catch(() => null)
    if (token !== null && token.endsAt > now()) return `Bearer ${token.value}`
    // Who asked first fetches it; blobs that are read at the same time wait for that one.
    if (tokens.get(key) === kept) tokens.set(key, fetchToken(bearer, scopes))
    const fresh = tokens.get(key) as Promise<Token>
    return `Bearer ${(await fresh).value}`
  }

  const basic = async (): Promise<string | undefined> => {
    const known = await credential()
    if (known === null || known.isToken) return undefined
    return basicHeader(known)
  }

  const header = async (scopes: readonly string[]): Promise<string | undefined> => {
    if (method === undefined) return undefined
    return method.kind === 'basic' ? basic() : tokenFor(method, [...new Set(scopes)].toSorted())
  }

  return {
    header,
    get isKnown() {
      return method !== undefined
    },
    secrets: () => [...secrets],
    async renew(response, used, scopes) {
      method = chooseMethod(response, registry) ?? method
      if (method === undefined) return undefined
      const key = [...new Set(scopes)].toSorted().join(' ')
      const kept = tokens.get(key)
      const token = await kept?.catch(() => null)
      // Of several that were refused at once, only the first lets it go.
      if (token && `Bearer ${token.value}` === used && tokens.get(key) === kept) tokens.delete(key)
      const next = await header(scopes)
      return next === used ? undefined : next
    },
  }
}

const NOTHING = { repository: '', path: '', isWriting: false, retryAfter: null } as const

function chooseMethod(response: RegistryResponse, registry: string): Method | undefined {
  const challenges = parseChallenges(response.headers['www-authenticate'] ?? '')
  const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.realm !== undefined)
  if (bearer) {
    const realm = realmOf(bearer.parameters.realm ?? '', new URL(response.url), registry)
    return { kind: 'bearer', realm, service: bearer.parameters.service }
  }
  return challenges.some(({ scheme }) => scheme === 'basic') ? { kind: 'basic' } : undefined
}

/** Passwords go to the token server that the registry names: over HTTPS, or to the same machine where plain HTTP was allowed for the registry. */
function realmOf(realm: string, asked: URL, registry: string): URL {
  const url = URL.canParse(realm) ? new URL(realm) : null
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && asked.protocol === 'http:' && url.hostname === asked.hostname)
  if (url && isSafe) return url
  throw new AppError('registry-failed', { details: { registry, reason: 'It sends its users to a token server without TLS, or to none' } })
}

function tokenRequest({ realm, service }: Method & { kind: 'bearer' }, scopes: readonly string[], known: RegistryCredential | null) {
  if (known?.isToken) {
    const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'diskwright', refresh_token: known.secret })
    if (service !== undefined) form.set('service', service)
    if (scopes.length > 0) form.set('scope', scopes.join(' '))
    return {
      method: 'POST' as const,
      url: realm,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
    }
  }
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  if (known === null) return { method: 'GET' as const, url, headers: {} }
  url.searchParams.set('account', known.user)
  return { method: 'GET' as const, url, headers: { authorization: basicHeader(known) } }
}

function readToken(body: string, now: number): Token | null {
  try {
    const parsed = JSON.parse(body) as Readonly<Record<string, unknown>>
    const value = parsed.token ?? parsed.access_token
    if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value)) return null
    const seconds = typeof parsed.expires_in === 'number' && parsed.expires_in > 0 ? parsed.expires_in : DEFAULT_SECONDS
    return { value, endsAt: now + 1000 * Math.max(seconds - MARGIN_SECONDS, seconds / 2) }
  } catch {
    return null
  }
}

/** What of a sign-in no error may show: the secret itself, and how it is sent. */
export function secretsOf(known: RegistryCredential | null): string[] {
  return known === null ? [] : [known.secret, encoded(known)]
}

function basicHeader(known: RegistryCredential): string {
  return `Basic ${encoded(known)}`
}

function encoded({ user, secret }: RegistryCredential): string {
  return Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')
}
