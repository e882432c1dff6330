const MAX_LENGTH = 64
const LABEL = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i

/** What is wrong with a host name; null where systemd takes it: hostname(5), and labels as in RFC 1123. */
export function hostnameProblem(name: string): string | null {
  if (name === '') return 'a host name is not empty'
  if (name.length > MAX_LENGTH) return `a host name has at most ${MAX_LENGTH} characters`
  const odd = /[^a-z0-9.-]/i.exec(name)?.[0]
  if (odd !== undefined) return `a host name holds letters, digits, hyphens and dots, not ${JSON.stringify(odd)}`
  const bad = name.split('.').find((label) => label.length > 63 || !LABEL.test(label))
  if (bad === undefined) return null
  return bad === '' ? 'a host name has no empty part between dots' : `${bad} begins or ends with a hyphen, or is longer than 63 characters`
}

/** The name that /etc/hostname gives: its first line that is neither empty nor a comment. */
export function readHostname(text: string): string | null {
  return (
    text
      .split('\n')
      .map((line) => line.trim())
      .find((line) => line !== '' && !line.startsWith('#')) ?? null
  )
}

/** Gives /etc/hostname another name; comments stay. */
export function setHostname(text: string, name: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.trim() !== '' && !line.trim().startsWith('#'))
  if (at >= 0) return lines.map((line, index) => (index === at ? name : line)).join('\n')
  const comments = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${comments}${name}\n`
}

/**
 * Debian and Ubuntu name the machine itself in a line `127.0.1.1 NAME.DOMAIN NAME` of /etc/hosts (Debian Reference, "The hostname
 * resolution"). That line gets the new name; without such a line the text is as it was.
 */
export function setOwnHostsName(text: string, name: string): string {
  const short = name.split('.')[0] ?? name
  const names = short === name ? [name] : [name, short]
  return text
    .split('\n')
    .map((line) => {
      const [, address, , comment = ''] = /^(\s*127\.0\.1\.1[ \t]+)([^#]*?)([ \t]*#.*|\s*)$/.exec(line) ?? []
      return address === undefined ? line : `${address}${names.join(' ')}${comment}`
    })
    .join('\n')
}
