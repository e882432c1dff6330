import { AppError } from '#shared/errors/app-error'

export interface Refusal {
  readonly status: number
  readonly registry: string
  readonly repository: string
  readonly path: string
  readonly isWriting: boolean
  /** Who asked; null for nobody. */
  readonly user: string | null
  /** Body of the answer, at most 1 MiB. */
  readonly body: string
  readonly retryAfter: number | null
  /** Never shown, should the registry repeat them. */
  readonly secrets: readonly string[]
}

const MAX_WORDS = 500

/** The error for an answer that is none. Statuses: distribution-spec, "Error codes". */
export function refusalError(refusal: Refusal): AppError {
  const { status, registry, repository, user } = refusal
  const message = errorWords(refusal.body, refusal.secrets)
  const said = message === '' ? {} : { message }
  const name = repository === '' ? registry : `${registry}/${repository}`
  if (status === 401) {
    return new AppError('sign-in-needed', {
      details: { registry, ...(user === null ? {} : { user }), ...said },
      actions: [{ kind: 'sign-in', registry }],
    })
  }
  if (status === 403) {
    const what = refusal.isWriting ? `to write to ${name}` : `to read ${name}`
    return new AppError('registry-denied', { details: { registry, what, ...said }, actions: [{ kind: 'sign-in', registry }] })
  }
  if (status === 404) return new AppError('container-not-found', { details: { reference: `${name}${suffixOf(refusal.path)}`, ...said } })
  if (status === 429 || status === 503) {
    const seconds = refusal.retryAfter === null ? {} : { seconds: refusal.retryAfter }
    return new AppError('registry-busy', { details: { registry, status, ...seconds }, actions: [{ kind: 'retry' }] })
  }
  // Go's server says it in words, nginx in a page.
  if (status === 400 && /HTTP request .{0,40}HTTPS (server|port)/i.test(refusal.body)) {
    const details = { registry, status, reason: 'It speaks TLS, and was asked without', next: 'Leave out what asks for plain HTTP.' }
    return new AppError('registry-failed', { details })
  }
  const reason = message === '' ? `It answered ${status}` : `It answered ${status}: ${message}`
  return new AppError('registry-failed', { details: { registry, status, reason } })
}

/** What an error body says, in words: `{"errors":[{"code","message"}]}`, a token server's `{"details"}`, or plain text. */
export function errorWords(body: string, secrets: readonly string[] = []): string {
  let words = ''
  try {
    const parsed: unknown = JSON.parse(body)
    words = jsonWords(parsed)
  } catch {
    // Neither a page for people nor broken JSON says anything in words.
    words = /^\s*[<{[]/.test(body) ? '' : body
  }
  const line = hideSecrets(words, secrets)
    .replace(/[\0-\x1f\x7f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return line.slice(0, MAX_WORDS).replace(/\.$/, '')
}

/** The text with `…` in place of each secret. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret !== '').reduce((left, secret) => left.replaceAll(secret, '…'), text)
}

function jsonWords(parsed: unknown): string {
  if (typeof parsed === 'string') return parsed
  if (typeof parsed !== 'object' || parsed === null) return ''
  const { errors, message, details, error, error_description: description } = parsed as Readonly<Record<string, unknown>>
  if (Array.isArray(errors)) return [...new Set(errors.slice(0, 5).map(jsonWords))].filter((words) => words !== '').join('; ')
  const { code } = parsed as { readonly code?: unknown }
  return [message, description, details, error, code].find((value): value is string => typeof value === 'string' && value !== '') ?? ''
}

/** `:tag` or `@digest` of what was asked for, where it was a manifest or a blob. */
function suffixOf(path: string): string {
  const [, kind, name] = /^(manifests|blobs)\/([^/?]+)$/.exec(path) ?? []
  if (name === undefined) return ''
  return kind === 'blobs' || name.includes(':') ? `@${name}` : `:${name}`
}

/** Seconds of `Retry-After`, which is a number or a date (RFC 9110 section 10.2.3); null where there is none. */
export function retryAfterSeconds(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Number(text)
  const date = Date.parse(text)
  return Number.isNaN(date) || !/[a-z]/i.test(text) ? null : Math.max(0, Math.ceil((date - nowMs) / 1000))
}
