const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Public keys for tests, in the wire form of RFC 4253 and RFC 5656; nobody has their private parts. */
export function sampleKey(type: string, ...parts: readonly (string | number)[]): string {
  const strings = [type, ...parts].map((part) => (typeof part === 'string' ? [...part].map((char) => char.charCodeAt(0)) : filler(part)))
  const bytes = strings.flatMap((string) => [0, 0, string.length >> 8, string.length & 0xff, ...string])
  return `${type} ${base64(bytes)}`
}

export const ED25519 = sampleKey('ssh-ed25519', 32)
export const RSA = sampleKey('ssh-rsa', 3, 257)
export const ECDSA = sampleKey('ecdsa-sha2-nistp256', 'nistp256', 65)
export const SECURITY_KEY = sampleKey('sk-ssh-ed25519@openssh.com', 32, 'ssh:')

/** Begins with a zero, as the numbers of RSA do. */
function filler(length: number): number[] {
  return Array.from({ length }, (_, at) => (at * 37) & 0xff)
}

function base64(bytes: readonly number[]): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [one = 0, two = 0, three = 0] = bytes.slice(at, at + 3)
    const bits = (one << 16) | (two << 8) | three
    const digits = [18, 12, 6, 0].map((shift) => DIGITS[(bits >> shift) & 63] ?? '').join('')
    const missing = Math.max(0, at + 3 - bytes.length)
    text += digits.slice(0, 4 - missing) + '='.repeat(missing)
  }
  return text
}
