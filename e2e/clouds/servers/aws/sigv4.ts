import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** A request as it came over the wire. */
export interface SignedRequest {
  readonly method: string
  /** Path and query, undecoded. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface Scope {
  readonly accessKey: string
  readonly date: string
  readonly region: string
  readonly service: string
}

export type Verdict =
  | { readonly ok: true; readonly scope: Scope }
  | {
      readonly ok: false
      readonly reason: 'missing' | 'unknown-key' | 'mismatch' | 'skewed' | 'body' | 'unsigned-header'
      readonly words: string
    }

export interface VerifyOptions {
  secretOf(accessKey: string): string | undefined
  /** Milliseconds. */
  readonly now: number
  /** What may be left unsigned. */
  mayLeaveBodyUnsigned(scope: Scope): boolean
}

const SKEW_MS = 5 * 60_000

/** Checks a request by "AWS Signature Version 4 for API requests" (AWS IAM user guide, "Create a signed AWS API request"). */
export function verify(request: SignedRequest, options: VerifyOptions): Verdict {
  const [, credential = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '') ??
    []
  const [accessKey, date, region, service, end] = credential.split('/')
  if (!accessKey || !date || !region || !service || end !== 'aws4_request') return refuse('missing', 'The request is not signed')
  const scope = { accessKey, date, region, service }
  const secret = options.secretOf(accessKey)
  if (secret === undefined) return refuse('unknown-key', 'The access key is not known')
  const time = request.headers['x-amz-date'] ?? ''
  const at = parseTime(time)
  if (Math.abs(at - options.now) > SKEW_MS) {
    const now = formatTime(options.now)
    const words =
      at < options.now
        ? `Signature expired: ${time} is now earlier than ${formatTime(options.now - SKEW_MS)} (${now} - 5 min.)`
        : `Signature not yet current: ${time} is still later than ${formatTime(options.now + SKEW_MS)} (${now} + 5 min.)`
    return refuse('skewed', words)
  }
  const names = signedHeaders.split(';')
  const unsigned = Object.keys(request.headers).find((name) => mustBeSigned(name) && !names.includes(name))
  if (unsigned !== undefined || !names.includes('host')) return refuse('unsigned-header', `Not signed: ${unsigned ?? 'host'}`)
  const told = request.headers['x-amz-content-sha256']
  const actual = createHash('sha256').update(request.body).digest('hex')
  if (told === 'UNSIGNED-PAYLOAD' && !options.mayLeaveBodyUnsigned(scope)) return refuse('body', 'The body is not signed')
  if (told !== undefined && told !== 'UNSIGNED-PAYLOAD' && told !== actual) return refuse('body', 'The body is not the one that was signed')
  const expected = signatureOf(request, names, { ...scope, secret, time, bodyDigest: told ?? actual })
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return refuse('mismatch', 'The signature does not match')
  return { ok: true, scope }
}

function refuse(reason: Exclude<Verdict, { ok: true }>['reason'], words: string): Verdict {
  return { ok: false, reason, words }
}

/** `host`, and everything that the service reads. */
function mustBeSigned(name: string): boolean {
  return name === 'host' || name.startsWith('x-amz-')
}

interface Signing extends Scope {
  readonly secret: string
  readonly time: string
  readonly bodyDigest: string
}

export function signatureOf(
  request: SignedRequest,
  names: readonly string[],
  { secret, time, bodyDigest, date, region, service }: Signing,
): string {
  const [path, query] = splitTarget(request.target)
  const headers = names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`).join('')
  const canonical = [request.method, canonicalPath(path, service), canonicalQuery(query), headers, names.join(';'), bodyDigest].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<Buffer>((held, word) => hmac(held, word), Buffer.from(`AWS4${secret}`))
  return hmac(key, text).toString('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function splitTarget(target: string): [string, string] {
  const at = target.indexOf('?')
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)]
}

/** S3 signs its paths as they are sent; all others encode them once more. */
function canonicalPath(path: string, service: string): string {
  return service === 's3' ? path : path.split('/').map(encode).join('/')
}

function canonicalQuery(query: string): string {
  if (query === '') return ''
  const pairs = query.split('&').map((pair): [string, string] => {
    const at = pair.indexOf('=')
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value.replaceAll('+', ' ')))]
  })
  return pairs
    .toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map((pair) => pair.join('='))
    .join('&')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function parseTime(time: string): number {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? []
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
}

function formatTime(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, '')
}
