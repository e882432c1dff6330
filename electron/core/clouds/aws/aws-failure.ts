import { AppError, type ErrorCode } from '#shared/errors/app-error'
import { shellWord } from '#shared/text/shell-quote'
import { cloudNetworkFailure } from '../transfer/cloud-network-failure.js'

export interface AwsFailureContext {
  /** For people: `Amazon EC2`. */
  readonly service: string
  /** What was to be done, for words such as `This account may not …`, or what it is about. */
  readonly what: string
  readonly field?: string | undefined
  readonly profile: string
  readonly signal?: AbortSignal | undefined
}

/** What the service signals, by the names in its API references ("Common errors", "Error codes for the Amazon EC2 API"). */
const CODES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/, 'sign-in-expired'],
  [/^RequestTimeTooSkewed$/, 'clock-skewed'],
  [/^(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|InvalidAccessKeyId|MissingAuthenticationToken.*)$/, 'cloud-denied'],
  [/^(SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature.*)$/, 'cloud-denied'],
  [/^(AccessDenied.*|UnauthorizedOperation|OptInRequired|Blocked|AuthorizationHeaderMalformed)$/, 'cloud-denied'],
  [
    /^(RequestThrottled.*|Throttling.*|RequestLimitExceeded|SlowDown|TooManyRequestsException|Unavailable|ServiceUnavailable)$/,
    'cloud-busy',
  ],
  [/(QuotaExceeded.*|LimitExceeded.*)$/, 'cloud-quota'],
  [/^(InvalidAMIName\.Duplicate|ConflictException|IdempotentParameterMismatch|BucketAlreadyExists)$/, 'cloud-conflict'],
  [/(NotFound|NotFoundException|NoSuch[A-Za-z]+|\.Unavailable)$/, 'cloud-not-found'],
  [/^(BadDigest|InvalidDigest|XAmzContentSHA256Mismatch)$/, 'upload-mismatch'],
  [/^(Internal.*|RequestTimeout)$/, 'cloud-failed'],
]
const BAD_KEY =
  /^(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException)$/

interface SdkError {
  readonly name?: string
  readonly message?: string
  readonly Code?: string
  readonly Reason?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

/** What the SDK threw, as the error that people read. Its `details.name` is what the service called it, `details.reason` what it said. */
export function awsFailure(thrown: unknown, context: AwsFailureContext): AppError {
  if (thrown instanceof AppError) return thrown
  if (context.signal?.aborted) return new AppError('cancelled', { cause: thrown })
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as SdkError
  const status = error.$metadata?.httpStatusCode
  const name = error.Code ?? error.name ?? ''
  const message = error.message ?? String(thrown)
  if (/^(CredentialsProviderError|TokenProviderError|ProviderError)$/.test(name) || message.startsWith('There are no credentials')) {
    return withoutCredentials(message, context, thrown)
  }
  if (status === undefined) return cloudNetworkFailure(thrown, { service: context.service, signal: context.signal })
  const seconds = skewOf(name, message)
  if (seconds !== null) return new AppError('clock-skewed', { details: { service: context.service, seconds }, cause: thrown })
  const code = CODES.find(([pattern]) => pattern.test(name))?.[1] ?? codeOfStatus(status)
  const retryAfter = error.$response?.headers?.['retry-after']
  return new AppError(code, {
    details: {
      service: context.service,
      what: context.what,
      name,
      status,
      reason: reasonOf(name, message, error.Reason),
      ...(error.$metadata?.requestId === undefined ? {} : { requestId: error.$metadata.requestId }),
      ...(context.field === undefined ? {} : { field: context.field }),
      ...(retryAfter !== undefined && /^\d+$/.test(retryAfter) ? { retryAfter: Number(retryAfter) } : {}),
      ...(code === 'sign-in-expired' ? { next: `${signInCommand(context.profile)}, then go on.` } : {}),
    },
    cause: thrown,
  })
}

/** What the user runs to sign in again. */
export function signInCommand(profile: string): string {
  return profile === '' ? 'aws sso login' : `aws sso login --profile ${shellWord(profile)}`
}

function withoutCredentials(message: string, { service, profile }: AwsFailureContext, cause: unknown): AppError {
  const isOver = /expired|aws sso login|SSO session|Token is/i.test(message)
  const details = {
    service,
    reason: isOver ? 'The SSO session has ended' : firstLine(message),
    next: `Run ${signInCommand(profile)}, then go on.`,
  }
  return isOver
    ? new AppError('sign-in-expired', { details, cause })
    : new AppError('cloud-denied', {
        details: { ...details, what: 'sign in', next: 'Choose another profile, or run aws configure.' },
        cause,
      })
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401 || status === 403) return 'cloud-denied'
  if (status === 404) return 'cloud-not-found'
  if (status === 409 || status === 412) return 'cloud-conflict'
  if (status === 429 || status === 503) return 'cloud-busy'
  return status >= 500 ? 'cloud-failed' : 'cloud-refused'
}

/** The service's words. A signature that does not fit is answered with what was signed, which is nobody's business. */
function reasonOf(name: string, message: string, reason: string | undefined): string {
  if (BAD_KEY.test(name)) return 'The access key is not known there, or its secret is wrong'
  const said = firstLine(message).replace(/\s*Encoded authorization failure message:.*$/, '')
  return reason === undefined || said.includes(reason) ? said : `${said} (${reason})`
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 500)
}

/** Seconds between both clocks: `Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z (…)`. */
function skewOf(name: string, message: string): number | null {
  if (!/^(SignatureDoesNotMatch|InvalidSignatureException|RequestTimeTooSkewed|AuthFailure)$/.test(name)) return null
  const [from, to] = [...message.matchAll(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/g)].map(([, y, mo, d, h, mi, s]) =>
    Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`),
  )
  if (from === undefined || to === undefined) return name === 'RequestTimeTooSkewed' ? 900 : null
  return /Signature (expired|not yet)/i.test(message) ? Math.round(Math.abs(to - from) / 1000) : null
}
