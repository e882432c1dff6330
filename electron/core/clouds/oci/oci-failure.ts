import { AppError } from '#shared/errors/app-error'
import { retryAfterSeconds } from '../../registry/registry-answer.js'
import { clockSkew } from '../transfer/service-call.js'
import { type OciCredentials, SERVICE, sessionEnded } from './oci-config.js'

export interface OciRefusal {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** What was tried, after 'may not': `read the bucket images`. */
  readonly what: string
  /** What it was about, at the beginning of a sentence: `The bucket images`. */
  readonly subject: string
  readonly credentials: Pick<OciCredentials, 'profile' | 'session'>
  readonly nowMs: number
}

/** Requests that are signed with a clock further away are refused. Source: Oracle Cloud, "Request Signatures". */
export const MAX_SKEW_SECONDS = 300

const QUOTA = /^(LimitExceeded|QuotaExceeded|TenantCapacityExceeded|OutOfCapacity|StorageLimitExceeded)$/
const MISMATCH = /^(UnmatchedContentMD5|UnmatchedETag|InvalidUploadPart|ContentMD5UnmatchedError)$/
const TAKEN = /^(IfNoneMatchFailed|BucketAlreadyExists|ObjectAlreadyExists|NamespaceConflict)$/

/** The error for an answer that is none. Codes: Oracle Cloud, "API Errors". */
export function ociFailure(refusal: OciRefusal): AppError {
  const { status, headers, what, subject, credentials } = refusal
  const { code, message } = wordsOf(refusal.body)
  const requestId = headers['opc-request-id']
  const details = {
    service: SERVICE,
    status,
    ...(message === '' ? {} : { reason: code === '' ? message : `${code}: ${message}` }),
    ...(requestId === undefined ? {} : { requestId }),
  }
  const seconds = retryAfterSeconds(headers['retry-after'], refusal.nowMs)
  const later = seconds === null ? {} : { retryAfter: seconds }
  if (status === 401) return signatureRefused(refusal, details)
  if (QUOTA.test(code)) return new AppError('cloud-quota', { details: { ...details, what: quotaName(message, what) } })
  if (MISMATCH.test(code)) return new AppError('upload-mismatch', { details: { ...details, what: subject } })
  if (status === 403) return new AppError('cloud-denied', { details: { ...details, what } })
  if (status === 404) {
    const reason = `${subject} does not exist, or the profile ${credentials.profile} may not see it`
    return new AppError('cloud-not-found', { details: { ...details, what: subject, reason } })
  }
  if (status === 412 || TAKEN.test(code)) return new AppError('cloud-conflict', { details: { ...details, what: subject } })
  if (status === 429 || status === 503 || code === 'IncorrectState')
    return new AppError('cloud-busy', { details: { ...details, ...later } })
  if (status >= 500) return new AppError('cloud-failed', { details: { ...details, ...later } })
  return new AppError('cloud-refused', { details: { ...details, what: subject } })
}

function signatureRefused({ headers, nowMs, credentials }: OciRefusal, details: Readonly<Record<string, string | number>>): AppError {
  const skew = clockSkew(headers, nowMs)
  if (skew !== null && Math.abs(skew) > MAX_SKEW_SECONDS) {
    return new AppError('clock-skewed', { details: { ...details, seconds: Math.abs(skew) } })
  }
  if (credentials.session !== null) return sessionEnded(credentials.profile, 'Its session is no longer taken')
  const reason = `The key of the profile ${credentials.profile} is not taken: it is not uploaded for that user, was deleted, or belongs to another`
  const next = 'Look at the API keys of the user in the console, and at fingerprint and key_file of the profile; then go on.'
  return new AppError('sign-in-expired', { details: { ...details, reason, next } })
}

function quotaName(message: string, what: string): string {
  return /[a-z]+(?:-[a-z]+)+-(?:count|bytes|gb)\b/.exec(message)?.[0] ?? what
}

function wordsOf(body: Buffer): { readonly code: string; readonly message: string } {
  try {
    const { code, message } = JSON.parse(body.toString('utf8')) as { code?: unknown; message?: unknown }
    return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? plain(message) : '' }
  } catch {
    return { code: '', message: '' }
  }
}

const MAX_WORDS = 500

/** A pre-authenticated link in a message is a secret, and so is all that follows a question mark. */
function plain(message: string): string {
  return message
    .replace(/\/p\/[^/\s]+\//g, '/p/…/')
    .replace(/\?[^\s"']{20,}/g, '?…')
    .replace(/[\0-\x1f\x7f]+/g, ' ')
    .trim()
    .slice(0, MAX_WORDS)
}
