import { AppError } from '#shared/errors/app-error'
import { retryAfterSeconds } from '../../registry/registry-answer.js'
import { clockSkew } from '../transfer/service-call.js'
import { SERVICE, SIGN_IN } from './gcp-credentials.js'

export interface GcpRefusal {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** What was tried, after 'may not': `read the bucket images`. */
  readonly what: string
  /** What it was about, at the beginning of a sentence: `The bucket images`. */
  readonly subject: string
  readonly nowMs: number
}

/** Self-signed tokens are refused outside of it. Source: Google Identity, "Using OAuth 2.0 for Server to Server Applications". */
export const MAX_SKEW_SECONDS = 300

const QUOTA = /^(quotaExceeded|dailyLimitExceeded|QUOTA_EXCEEDED|RESOURCE_EXHAUSTED|limitExceeded|storageQuotaExceeded)$/
const BUSY = /^(rateLimitExceeded|userRateLimitExceeded|backendError|resourceNotReady)$/

/** The error for an answer that is none. Source: Google Cloud API errors and Cloud Storage's "HTTP status and error codes". */
export function gcpFailure(refusal: GcpRefusal): AppError {
  const { status, headers, what, subject, nowMs } = refusal
  const { reason: code, message } = wordsOf(refusal.body)
  const requestId = headers['x-guploader-uploadid'] === undefined ? headers['x-request-id'] : undefined
  const details = {
    service: SERVICE,
    status,
    ...(message === '' ? {} : { reason: code === '' ? message : `${message} (${code})` }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  const seconds = retryAfterSeconds(headers['retry-after'], nowMs)
  const later = seconds === null ? {} : { retryAfter: seconds }
  if (status === 401) return signInRefused(refusal, details)
  if (QUOTA.test(code)) return new AppError('cloud-quota', { details: { ...details, what } })
  if (status === 429 || status === 503 || BUSY.test(code)) return new AppError('cloud-busy', { details: { ...details, ...later } })
  if (status === 403) return new AppError('cloud-denied', { details: { ...details, what } })
  if (status === 404) return new AppError('cloud-not-found', { details: { ...details, what: subject } })
  if (status === 409 || status === 412) return new AppError('cloud-conflict', { details: { ...details, what: subject } })
  if (status === 408 || status >= 500) return new AppError('cloud-failed', { details: { ...details, ...later } })
  if (/md5|crc32c|checksum/i.test(message)) return new AppError('upload-mismatch', { details: { ...details, what: subject } })
  return new AppError('cloud-refused', { details: { ...details, what: subject } })
}

function signInRefused({ headers, nowMs }: GcpRefusal, details: Readonly<Record<string, string | number>>): AppError {
  const skew = clockSkew(headers, nowMs)
  if (skew !== null && Math.abs(skew) > MAX_SKEW_SECONDS) {
    return new AppError('clock-skewed', { details: { ...details, seconds: Math.abs(skew) } })
  }
  return new AppError('sign-in-expired', {
    details: { ...details, reason: 'The credentials are not taken: they have ended, or their key was deleted', next: SIGN_IN },
  })
}

interface ErrorBody {
  readonly error?: { readonly message?: unknown; readonly status?: unknown; readonly errors?: readonly { readonly reason?: unknown }[] }
}

function wordsOf(body: Buffer): { readonly reason: string; readonly message: string } {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as ErrorBody
    const reason = error?.errors?.[0]?.reason ?? error?.status
    return { reason: typeof reason === 'string' ? reason : '', message: typeof error?.message === 'string' ? plain(error.message) : '' }
  } catch {
    return { reason: '', message: '' }
  }
}

const MAX_WORDS = 500

/** An `upload_id` lets everybody go on with an upload. */
function plain(message: string): string {
  return message
    .replace(/upload_id=[^&\s"']+/g, 'upload_id=…')
    .replace(/[\0-\x1f\x7f]+/g, ' ')
    .trim()
    .slice(0, MAX_WORDS)
}
