import { AppError } from '#shared/errors/app-error'
import { SocksFailure } from './socks-proxy.js'

export interface FailureContext {
  /** `HOST[:PORT]` that was asked. */
  readonly registry: string
  readonly signal: AbortSignal | undefined
  readonly stallMs: number
  /** Folder where a certificate for it would be looked for. */
  readonly certDir: string
  readonly usedProxy: boolean
}

const UNTRUSTED: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'It signed its certificate itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'It was signed by an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'It was signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'It was signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'It was signed by an authority that this machine does not know',
  CERT_UNTRUSTED: 'It was signed by an authority that this machine does not trust',
  CERT_SIGNATURE_FAILURE: 'The signature of its certificate is wrong',
  CERT_HAS_EXPIRED: 'Its certificate has expired',
  CERT_NOT_YET_VALID: 'Its certificate is not valid yet; the clock of this machine may be wrong',
  CERT_REVOKED: 'Its certificate was revoked',
  INVALID_CA: 'The authority that signed its certificate may not do so',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate was made for another name',
}

/** What may be gone when it is tried again. A refused connection and an unknown name are not among it: they would only take longer to tell. */
const PASSING = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
])

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there',
  ECONNRESET: 'The connection was broken',
  EPIPE: 'The connection was broken',
  ENOTFOUND: 'There is no machine of that name',
  EAI_AGAIN: 'The name could not be looked up',
  EHOSTUNREACH: 'There is no way to that machine',
  ENETUNREACH: 'There is no network',
  ETIMEDOUT: 'It did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'It did not answer in time',
  UND_ERR_SOCKET: 'The connection was broken',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'The connection was broken',
}

/** Turns what the network threw into the error that people read. */
export function networkFailure(thrown: unknown, { registry, signal, stallMs, certDir, usedProxy }: FailureContext): AppError {
  if (thrown instanceof AppError) return thrown
  if (signal?.aborted) return new AppError('cancelled', { cause: thrown })
  if (thrown instanceof SocksFailure) {
    return new AppError('registry-unreachable', { details: { registry, reason: thrown.message, proxy: thrown.proxy }, cause: thrown })
  }
  const code = codeOf(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new AppError('registry-stalled', { details: { registry, seconds: Math.ceil(stallMs / 1000) }, cause: thrown })
  }
  const distrust = UNTRUSTED[code]
  if (distrust !== undefined) return new AppError('registry-untrusted', { details: { registry, reason: distrust, certDir }, cause: thrown })
  if (/wrong.version.number|packet.length.too.long|http.request/i.test(`${code} ${message}`)) {
    return new AppError('registry-plain-http', { details: { registry }, actions: [{ kind: 'use-plain-http', registry }], cause: thrown })
  }
  if (/alert/i.test(`${code} ${message}`) && code.startsWith('ERR_SSL')) {
    const reason = 'It refused the TLS connection; it may ask for a client certificate'
    return new AppError('registry-untrusted', { details: { registry, reason, certDir }, cause: thrown })
  }
  if (code.startsWith('HPE_'))
    return new AppError('registry-failed', { details: { registry, reason: 'It does not speak HTTP' }, cause: thrown })
  const proxyStatus = /\((\d{3})\)/.exec(message)?.[1]
  const reason =
    usedProxy && proxyStatus !== undefined
      ? `The proxy refused the connection with ${proxyStatus}`
      : (REASONS[code] ?? 'The connection failed')
  return new AppError('registry-unreachable', {
    details: { registry, reason: code === '' ? reason : `${reason} (${code})` },
    cause: thrown,
  })
}

/** Whether the same request may well succeed a moment later. */
export function mayPass(thrown: unknown): boolean {
  if (!(thrown instanceof AppError)) return false
  return thrown.cause instanceof SocksFailure ? thrown.cause.mayPass : PASSING.has(codeOf(thrown.cause))
}

function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return ''
  const { code, errors } = thrown as { code?: unknown; errors?: unknown }
  if (typeof code === 'string') return code
  return Array.isArray(errors) ? codeOf(errors[0]) : ''
}
