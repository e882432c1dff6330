/** One way to sign in that a server offers. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y
/** A challenge may carry one piece of base64 in place of parameters. */
const TOKEN_68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y
const SEPARATORS = /[\s,]*/y
const MAX_HEADER = 16 * 1024

/**
 * Reads `WWW-Authenticate`: RFC 9110 section 11.6.1, where one field holds several challenges and commas stand between challenges and between
 * their parameters. What comes after something that is none of it is left out.
 */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, MAX_HEADER)
  const found: { scheme: string; parameters: Record<string, string> }[] = []
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match) at = pattern.lastIndex
    return match
  }
  for (;;) {
    take(SEPARATORS)
    const current = found.at(-1)
    const parameter = current && take(PARAMETER)
    if (current && parameter) {
      const [, name = '', quoted, plain = ''] = parameter
      current.parameters[name.toLowerCase()] ??= quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1')
      continue
    }
    const scheme = take(TOKEN)
    if (!scheme) return found
    found.push({ scheme: scheme[0].toLowerCase(), parameters: {} })
    take(TOKEN_68)
  }
}
