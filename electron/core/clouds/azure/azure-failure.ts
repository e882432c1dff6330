import { AppError, type ErrorCode } from '#shared/errors/app-error'
import { shellWord } from '#shared/text/shell-quote'
import type { RestAnswer } from '../transfer/rest-network.js'

export interface AzureQuestion {
  /** For people: `Azure`. */
  readonly service: string
  /** As in `This account may not …`, or what it is about. */
  readonly what: string
  readonly field?: string | undefined
  readonly tenant: string
}

/** What the services call it ("Common error codes" of the resource manager and of the Blob service). */
const CODES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^(ExpiredAuthenticationToken|InvalidAuthenticationToken.*|AuthenticationFailedMissingToken)$/, 'sign-in-expired'],
  [
    /^(AuthorizationFailed|LinkedAuthorizationFailed|AuthorizationPermissionMismatch|RequestDisallowedByPolicy|ReadOnlyDisabledSubscription)$/,
    'cloud-denied',
  ],
  [
    /^(QuotaExceeded|ResourceQuotaExceeded|.*LimitExceeded|SkuNotAvailable|AccountSizeLimit.*|InsufficientAccountPermissionsQuota)$/,
    'cloud-quota',
  ],
  [/^(TooManyRequests|SubscriptionRequestsThrottled|ServerBusy|OperationTimedOut)$/, 'cloud-busy'],
  [
    /^(Conflict|ResourceExists|BlobAlreadyExists|PropertyChangeNotAllowed|ConflictingUserInput|ConflictingConcurrentWriteNotAllowed)$/,
    'cloud-conflict',
  ],
  [/^(.*NotFound|ResourceGroupNotFound)$/, 'cloud-not-found'],
  [/^(Md5Mismatch|Crc64Mismatch)$/, 'upload-mismatch'],
]

/** The error that people read, of an answer that says no. `details.name` is what the service called it. */
export function azureFailure({ status, headers, body }: RestAnswer, { service, what, field, tenant }: AzureQuestion): AppError {
  const { name, message } = readProblem(headers, body.toString('utf8'))
  const code = codeOf(status, name, message)
  const retryAfter = headers['retry-after']
  const requestId = headers['x-ms-request-id']
  return new AppError(code, {
    details: {
      service,
      what,
      name,
      status,
      reason: message === '' ? `It answered ${status}` : message,
      ...(requestId === undefined ? {} : { requestId }),
      ...(field === undefined ? {} : { field }),
      ...(retryAfter !== undefined && /^\d+$/.test(retryAfter) ? { retryAfter: Number(retryAfter) } : {}),
      ...(code === 'sign-in-expired' ? { next: `Run ${signInCommand(tenant)}, then go on.` } : {}),
    },
  })
}

/** What an operation that was begun ended with. */
export function operationFailure(
  error: { code?: string; message?: string } | undefined,
  { service, what, field }: AzureQuestion,
): AppError {
  const name = error?.code ?? ''
  const found = CODES.find(([pattern]) => pattern.test(name))?.[1]
  const code = found === undefined || found === 'cloud-busy' ? 'upload-incomplete' : found
  const reason = tidy(error?.message ?? 'It gave no reason')
  return new AppError(code, { details: { service, what, name, reason, ...(field === undefined ? {} : { field }) } })
}

export function signInCommand(tenant: string): string {
  return tenant === '' ? 'az login' : `az login --tenant ${shellWord(tenant)}`
}

/** What @azure/identity threw. Its messages name the errors of Microsoft Entra (`AADSTS…`, "Authentication and authorization error codes"). */
export function signInFailure(thrown: unknown, tenant: string): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const number = /AADSTS(\d+)/.exec(message)?.[1] ?? ''
  // 50173, 700082, 70043: a refresh token that ended; 50078, 50079, 50076: a second factor is asked for; 7000222: a client secret that ended.
  const isOver = /^(50173|700082|70043|70044|50078|50079|50076|7000222|700024)$/.test(number) || /az login|expired/i.test(message)
  const reason =
    number === '' ? tidy(message) : (/AADSTS\d+: ([^\r\n]*?)(?: Trace ID| Timestamp|$)/.exec(message)?.[0] ?? `AADSTS${number}`)
  const details = { service: 'Azure', what: 'sign in', reason: tidy(reason), ...(number === '' ? {} : { name: `AADSTS${number}` }) }
  if (isOver) {
    const next =
      number === '7000222' ? 'Put a new secret into AZURE_CLIENT_SECRET, then go on.' : `Run ${signInCommand(tenant)}, then go on.`
    return new AppError('sign-in-expired', { details: { ...details, next }, cause: thrown })
  }
  return new AppError('cloud-denied', {
    details: { ...details, next: `Run ${signInCommand(tenant)}, or check the variables AZURE_….` },
    cause: thrown,
  })
}

function codeOf(status: number, name: string, message: string): ErrorCode {
  if (name === 'OperationNotAllowed') return /quota|limit/i.test(message) ? 'cloud-quota' : 'cloud-refused'
  const known = CODES.find(([pattern]) => pattern.test(name))?.[1]
  if (known !== undefined) return known
  if (status === 401) return 'sign-in-expired'
  if (status === 403) return 'cloud-denied'
  if (status === 404) return 'cloud-not-found'
  if (status === 409 || status === 412) return 'cloud-conflict'
  if (status === 429 || status === 503) return 'cloud-busy'
  return status >= 500 ? 'cloud-failed' : 'cloud-refused'
}

function readProblem(headers: Readonly<Record<string, string>>, text: string): { name: string; message: string } {
  const json = /^\s*\{/.test(text) ? parse(text) : undefined
  const xml = { code: /<Code>([^<]*)<\/Code>/.exec(text)?.[1], message: /<Message>([^<]*)<\/Message>/.exec(text)?.[1] }
  const name = headers['x-ms-error-code'] ?? json?.code ?? xml.code ?? ''
  return { name, message: tidy(json?.message ?? xml.message ?? '') }
}

function parse(text: string): { code?: string; message?: string } | undefined {
  try {
    const { error, code, message } = JSON.parse(text) as { error?: { code?: string; message?: string }; code?: string; message?: string }
    return error ?? { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) }
  } catch {
    return undefined
  }
}

/** One line, without the queries of addresses: they may sign somebody in. */
function tidy(message: string): string {
  return (message.split(/\r?\n/)[0] ?? '').replaceAll(/(https?:\/\/[^\s?'"]+)\?[^\s'"]*/g, '$1').slice(0, 500)
}
