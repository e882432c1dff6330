/** Types that sshd(8) takes in authorized_keys and how many bytes their public part has, where that is fixed. */
const KEY_TYPES: Readonly<Record<string, { readonly bytes?: number }>> = {
  'ssh-ed25519': { bytes: 51 },
  'ssh-rsa': {},
  'ecdsa-sha2-nistp256': { bytes: 104 },
  'ecdsa-sha2-nistp384': { bytes: 136 },
  'ecdsa-sha2-nistp521': { bytes: 172 },
  'sk-ssh-ed25519@openssh.com': {},
  'sk-ecdsa-sha2-nistp256@openssh.com': {},
}
/** OpenSSH refuses shorter RSA keys (ssh-keygen(1), RequiredRSASize in sshd_config(5)). */
const MIN_RSA_BITS = 1024

export interface AuthorizedKey {
  /** As it stands before the type: `no-pty,command="x"`; empty where there is none. */
  readonly options: string
  readonly type: string
  readonly base64: string
  readonly comment: string
}

/** A line of authorized_keys, sshd(8) "AUTHORIZED_KEYS FILE FORMAT"; null for comments, empty lines and what is no key. */
export function readAuthorizedKey(line: string): AuthorizedKey | null {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return null
  const options = isTyped(text) ? '' : leadingOptions(text)
  const rest = text.slice(options.length).trimStart()
  const [, type, base64, comment = ''] = /^(\S+)[ \t]+(\S+)(?:[ \t]+(.*))?$/.exec(rest) ?? []
  if (type === undefined || base64 === undefined) return null
  return { options, type, base64, comment }
}

/** What is wrong with a line that is to be a key, in words; null where it is one. */
export function authorizedKeyProblem(line: string): string | null {
  if (/[\r\n\0]/.test(line)) return 'a key is one line'
  if (/PRIVATE KEY/.test(line)) return 'this is a private key: give the public one, the file that ends in .pub'
  const key = readAuthorizedKey(line)
  if (key === null) return 'a key is a type, its base64 text and a comment: ssh-ed25519 AAAA… user@host'
  if (key.type === 'ssh-dss') return 'DSA keys are taken by no supported OpenSSH'
  if (/-cert-v\d+@/.test(key.type)) return 'this is a certificate: give the public key itself'
  const known = KEY_TYPES[key.type]
  if (known === undefined) return `${key.type} is no type of key that OpenSSH knows`
  const blob = decodeBase64(key.base64)
  if (blob === null) return 'the base64 text of the key is damaged'
  if (readString(blob, 0)?.text !== key.type) return `the key's text is not that of a key of type ${key.type}: it may be cut off`
  if (!isWhole(blob) || (known.bytes !== undefined && blob.length !== known.bytes)) return 'the key is cut off or too long'
  return key.type === 'ssh-rsa' ? rsaProblem(blob) : null
}

/** The same key, whatever comment and options go with it. */
export function isSameKey(one: AuthorizedKey, other: AuthorizedKey): boolean {
  return one.type === other.type && one.base64 === other.base64
}

/** Appends the keys that are not in the text yet, on lines of their own; every line that is there stays as it is. */
export function addAuthorizedKeys(text: string, keys: readonly string[]): string {
  const there = text.split('\n').flatMap((line) => readAuthorizedKey(line) ?? [])
  const missing: string[] = []
  for (const line of keys.map((key) => key.trim())) {
    const key = readAuthorizedKey(line)
    if (key === null || there.some((known) => isSameKey(known, key))) continue
    there.push(key)
    missing.push(line)
  }
  if (missing.length === 0) return text
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return `${whole}${missing.join('\n')}\n`
}

/** Keys of a `.pub` or authorized_keys file: its lines without comments and empty ones. */
export function keyLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

function isTyped(text: string): boolean {
  const word = text.split(/[ \t]/, 1)[0] ?? ''
  return word in KEY_TYPES || /^(ssh|ecdsa|sk)-[\w@.-]+$/.test(word)
}

/** Options end at the first blank outside of double quotes. */
function leadingOptions(text: string): string {
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '\\' && text[at + 1] === '"') at += 1
    else if (char === '"') quoted = !quoted
    else if (!quoted && (char === ' ' || char === '\t')) return text.slice(0, at)
  }
  return text
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function decodeBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null
  const digits = text.replace(/=+$/, '')
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8))
  for (let at = 0; at < bytes.length; at += 1) {
    const [first, shift] = [Math.floor((at * 8) / 6), (at * 8) % 6]
    const pair = (BASE64.indexOf(digits[first] ?? 'A') << 6) | BASE64.indexOf(digits[first + 1] ?? 'A')
    bytes[at] = (pair >> (4 - shift)) & 0xff
  }
  return bytes
}

/** A string of RFC 4251: four bytes of length, then its bytes. */
function readString(blob: Uint8Array, at: number): { readonly text: string; readonly bytes: Uint8Array; readonly next: number } | null {
  if (at + 4 > blob.length) return null
  const length = new DataView(blob.buffer, blob.byteOffset).getUint32(at)
  if (at + 4 + length > blob.length) return null
  const bytes = blob.subarray(at + 4, at + 4 + length)
  return { bytes, text: String.fromCharCode(...bytes.subarray(0, 100)), next: at + 4 + length }
}

/** A public key is a row of such strings to its very end. */
function isWhole(blob: Uint8Array): boolean {
  let parts = 0
  for (let at = 0; at < blob.length; parts += 1) {
    const part = readString(blob, at)
    if (part === null) return false
    at = part.next
  }
  return parts >= 2
}

function rsaProblem(blob: Uint8Array): string | null {
  const exponent = readString(blob, readString(blob, 0)?.next ?? 0)
  const modulus = exponent && readString(blob, exponent.next)
  if (!modulus) return 'the key is cut off or too long'
  const bits = modulus.bytes.subarray(modulus.bytes[0] === 0 ? 1 : 0).length * 8
  return bits < MIN_RSA_BITS ? `the RSA key has ${bits} bits: OpenSSH takes none below ${MIN_RSA_BITS}` : null
}
