import { AppError, type ErrorCode } from '#shared/errors/app-error'
import { networkFailure } from '../../registry/network-failure.js'
import { SocksFailure } from '../../registry/socks-proxy.js'

const CODES: Partial<Record<ErrorCode, ErrorCode>> = {
  'registry-unreachable': 'cloud-unreachable',
  'registry-stalled': 'cloud-unreachable',
  'registry-untrusted': 'cloud-untrusted',
  'registry-plain-http': 'cloud-untrusted',
  'registry-failed': 'cloud-failed',
}

const CHECK_PROXY = 'Check what HTTPS_PROXY, HTTP_PROXY or ALL_PROXY says; NO_PROXY leads around it.'

export interface CloudFailureContext {
  /** For people: `AWS EC2`. */
  readonly service: string
  readonly signal?: AbortSignal | undefined
  readonly usedProxy?: boolean
}

/** What the network threw beneath an SDK, as the error that people read. */
export function cloudNetworkFailure(thrown: unknown, { service, signal, usedProxy = false }: CloudFailureContext): AppError {
  const cause = networkCause(thrown)
  const error = networkFailure(cause, { registry: service, signal, stallMs: 0, certDir: '', usedProxy })
  if (error.code === 'cancelled') return error
  const code = CODES[error.code]
  if (code === undefined) return error
  const reason = reasonOf(error, cause)
  const next = typeof error.data.details.proxy === 'string' ? { next: CHECK_PROXY } : {}
  return new AppError(code, { details: { service, reason, ...next }, cause: thrown })
}

function reasonOf({ code, data }: AppError, cause: unknown): string {
  if (code === 'registry-stalled' || (cause instanceof Error && cause.name === 'TimeoutError')) return 'It did not answer in time'
  if (code === 'registry-plain-http') return 'It answered without TLS'
  return String(data.details.reason ?? 'The connection failed')
}

/** SDKs wrap what the network threw. */
function networkCause(thrown: unknown): unknown {
  if (typeof thrown !== 'object' || thrown === null) return thrown
  if (thrown instanceof SocksFailure) return thrown
  const { code, cause } = thrown as { code?: unknown; cause?: unknown }
  const isOfNode = typeof code === 'string' && /^(E[A-Z]+|UND_|ERR_|CERT_|DEPTH_|SELF_|UNABLE_|HPE_)/.test(code)
  return isOfNode || cause === undefined ? thrown : networkCause(cause)
}
