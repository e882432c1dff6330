/** Takes secrets out of what is about to be logged. */
export interface Redactor {
  /** From now on this value appears nowhere in the log. Very short values are not registered: they would black out everything. */
  register(secret: string): void
  text(text: string): string
  /** A copy of plain data without secrets, at any depth. */
  data(value: unknown): unknown
}

const HIDDEN = '[redacted]'
const SECRET_KEY = /pass(word|phrase|wd)?$|secret|token|authorization|credential|api[-_]?key|private[-_]?key|cookie/i
/** `scheme://user:password@host`, RFC 3986 section 3.2.1. */
const URL_USERINFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi
const MIN_SECRET_CHARS = 4
const MAX_DEPTH = 8

export function createRedactor(): Redactor {
  const secrets = new Set<string>()

  function text(value: string): string {
    let result = value.replace(URL_USERINFO, `$1${HIDDEN}@`)
    for (const secret of secrets) result = result.replaceAll(secret, HIDDEN)
    return result
  }

  function data(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return text(value)
    if (typeof value !== 'object' || value === null) return value
    if (depth === MAX_DEPTH) return '[too deep]'
    if (value instanceof Error) return { name: value.name, message: text(value.message), stack: text(value.stack ?? '') }
    if (Array.isArray(value)) return value.map((item) => data(item, depth + 1))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, SECRET_KEY.test(key) ? HIDDEN : data(item, depth + 1)]))
  }

  return {
    register(secret) {
      if (secret.length < MIN_SECRET_CHARS) return
      secrets.add(secret)
      // The same value as it stands in URLs and in JSON.
      secrets.add(encodeURIComponent(secret))
      secrets.add(JSON.stringify(secret).slice(1, -1))
    },
    text,
    data: (value) => data(value),
  }
}
