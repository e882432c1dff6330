import crypto from 'node:crypto'

/** A service account of the server. */
export interface ServiceAccount {
  readonly email: string
  readonly keyId: string
  /** PEM. */
  readonly publicKey: string
}

const MAX_LIFE_SECONDS = 3600
const LEEWAY_SECONDS = 300

/**
 * Why a token that a service account signed itself is not taken; null when it is. Source: Google Identity, "Service account authorization
 * without OAuth", and RFC 7519.
 */
export function jwtProblem(token: string, accounts: ReadonlyMap<string, ServiceAccount>, audience: string, nowMs: number): string | null {
  const [head = '', claims = '', signature = '', ...rest] = token.split('.')
  if (rest.length > 0 || signature === '') return 'it is no JWT'
  const header = json(head)
  const claim = json(claims)
  if (header === null || claim === null) return 'it is no JWT'
  if (header.alg !== 'RS256') return 'it is not signed by RS256'
  const account = accounts.get(String(claim.iss))
  if (account === undefined || header.kid !== account.keyId) return 'its key is not known'
  if (claim.sub !== claim.iss) return 'its subject is another'
  const scopes = typeof claim.scope === 'string' ? claim.scope.split(' ') : []
  if (claim.aud !== audience && !scopes.includes('https://www.googleapis.com/auth/cloud-platform')) return 'it is for another service'
  const [issued, ends, now] = [Number(claim.iat), Number(claim.exp), nowMs / 1000]
  if (!(ends > now - LEEWAY_SECONDS) || !(issued < now + LEEWAY_SECONDS)) return 'it is not good at this time'
  if (!(ends - issued <= MAX_LIFE_SECONDS)) return 'it is good for too long'
  const verifier = crypto.createVerify('RSA-SHA256').update(`${head}.${claims}`)
  return verifier.verify(account.publicKey, signature, 'base64url') ? null : 'its signature does not hold'
}

function json(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null
  } catch {
    return null
  }
}
