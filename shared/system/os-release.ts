/** Names of shell variables, os-release(5). */
const ASSIGNMENT = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*?)\s*$/

/** Values of an os-release file: shell-like quoting undone, the last assignment of a name counts. Nothing is expanded. */
export function parseOsRelease(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, name, raw] = ASSIGNMENT.exec(line) ?? []
    if (name !== undefined && raw !== undefined && name !== '__proto__') values[name] = unquote(raw)
  }
  return values
}

function unquote(raw: string): string {
  const [, quote, inner] = /^(["'])(.*)\1$/s.exec(raw) ?? []
  if (inner === undefined) return raw.replace(/\\(.)/g, '$1')
  return quote === '"' ? inner.replace(/\\([$"\\`])/g, '$1') : inner
}
