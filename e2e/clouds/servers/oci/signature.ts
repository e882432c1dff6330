import crypto from 'node:crypto'

/** A request as far as a signature is about it. Names of headers in lower case. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as they were sent. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Null for a body that is not signed, as those of PutObject and UploadPart. */
  readonly body: Buffer | null
}

export interface KnownKey {
  /** PEM of the public key. */
  readonly publicKey: string
  /** Of a session: `exp` of its token, in seconds; it is checked by the caller's clock. */
  readonly endsAt?: number
}

export interface SignatureCheck {
  /** The key of a `keyId`; undefined for one that nobody uploaded. */
  key(keyId: string): KnownKey | undefined
  readonly nowMs: number
  /** Off for the published samples, which are of 2014. */
  readonly checksClock?: boolean
}

/** Source: Oracle Cloud, "Request Signatures", signature version 1, and draft-cavage-http-signatures-08. */
const ALWAYS = ['(request-target)', 'host'] as const
const WITH_BODY = ['content-length', 'content-type', 'x-content-sha256'] as const
const MAX_SKEW_MS = 300_000

/** Why a request is not taken; null when its signature holds. */
export function signatureProblem(request: SignedRequest, check: SignatureCheck): string | null {
  const authorization = request.headers.authorization
  if (authorization === undefined || !authorization.startsWith('Signature ')) return 'there is no Signature in the Authorization header'
  const fields = new Map([...authorization.slice(10).matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]))
  if (fields.get('version') !== '1') return 'the version is not 1'
  if (fields.get('algorithm') !== 'rsa-sha256') return 'the algorithm is not rsa-sha256'
  // Names of headers are alike in any case; the signing string has them in lower case.
  const signed = (fields.get('headers') ?? '').toLowerCase().split(' ')
  const missing = missingHeader(request, signed)
  if (missing !== null) return `${missing} is not signed`
  const dateProblem = check.checksClock === false ? null : skewProblem(request, signed, check.nowMs)
  if (dateProblem !== null) return dateProblem
  const key = check.key(fields.get('keyId') ?? '')
  if (key === undefined) return 'the keyId is not known'
  if (key.endsAt !== undefined && key.endsAt * 1000 <= check.nowMs) return 'the session has ended'
  if (request.body !== null && signed.includes('x-content-sha256')) {
    const digest = crypto.createHash('sha256').update(request.body).digest('base64')
    if (digest !== request.headers['x-content-sha256']) return 'the body is not the one that was signed'
    if (String(request.body.length) !== request.headers['content-length']) return 'the length is not that of the body'
  }
  const lines = signed.map((name) => `${name}: ${valueOf(request, name)}`)
  const verifier = crypto.createVerify('RSA-SHA256').update(lines.join('\n'))
  return verifier.verify(key.publicKey, fields.get('signature') ?? '', 'base64') ? null : 'the signature does not hold'
}

/** MD5 of the public key in DER, pairs of hex digits: what the console shows. */
export function fingerprintOf(publicKey: string): string {
  const der = crypto.createPublicKey(publicKey).export({ type: 'spki', format: 'der' })
  const digest = crypto.createHash('md5').update(der).digest('hex')
  return (digest.match(/../g) ?? []).join(':')
}

function missingHeader({ method, body }: SignedRequest, signed: readonly string[]): string | null {
  const absent = ALWAYS.find((name) => !signed.includes(name))
  if (absent !== undefined) return absent
  if (!signed.includes('date') && !signed.includes('x-date')) return 'date'
  if (body === null || !['POST', 'PUT', 'PATCH'].includes(method)) return null
  return WITH_BODY.find((name) => !signed.includes(name)) ?? null
}

function skewProblem({ headers }: SignedRequest, signed: readonly string[], nowMs: number): string | null {
  const date = Date.parse((signed.includes('x-date') ? headers['x-date'] : headers.date) ?? '')
  return Number.isNaN(date) || Math.abs(date - nowMs) > MAX_SKEW_MS ? 'the date is too far from now' : null
}

function valueOf({ method, target, headers }: SignedRequest, name: string): string {
  return name === '(request-target)' ? `${method.toLowerCase()} ${target}` : (headers[name] ?? '')
}
