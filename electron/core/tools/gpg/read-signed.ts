import type { Host } from '../../process/host.js'

const MAX_CONTENT_BYTES = 1024 * 1024
const TIMEOUT_MS = 60_000
/** doc/DETAILS of GnuPG, "Format of the --status-fd output". */
const BAD: ReadonlySet<string> = new Set([
  'BADSIG',
  'ERRSIG',
  'EXPSIG',
  'EXPKEYSIG',
  'REVKEYSIG',
  'NO_PUBKEY',
  'NODATA',
  'UNEXPECTED',
  'FAILURE',
  'DECRYPTION_OKAY',
])

export interface SignedContent {
  readonly content: Buffer
  /** Fingerprint of the primary key. */
  readonly fingerprint: string
}

/** Reads keys into a folder that serves as home of GnuPG; armored or not. Throws `tool-missing`, `tool-failed`. */
export async function importKeys(host: Host, home: string, keys: Buffer): Promise<void> {
  await host.run('gpg', [...common(home), '--import'], { stdin: keys, access: { write: [home] }, timeoutMs: TIMEOUT_MS })
}

/**
 * What an OpenPGP message holds, where a key of `home` signed it; null where none did, or its signature or key is no longer good.
 * Throws `tool-missing`, `tool-failed`.
 */
export async function readSigned(host: Host, home: string, message: Buffer): Promise<SignedContent | null> {
  const { stdout, stderr, exitCode } = await host.run('gpg', [...common(home), '--status-fd', '2', '--decrypt'], {
    stdin: message,
    access: { write: [home] },
    okExitCodes: [0, 1, 2],
    maxOutputBytes: MAX_CONTENT_BYTES,
    timeoutMs: TIMEOUT_MS,
  })
  const fingerprint = exitCode === 0 ? goodFingerprint(stderr) : null
  return fingerprint === null ? null : { content: stdout, fingerprint }
}

/** Of the one good signature that the status lines tell of; null where there is none, more than one, or anything bad. */
function goodFingerprint(status: string): string | null {
  const lines = status.split('\n').flatMap((line) => (line.startsWith('[GNUPG:] ') ? [line.slice(9).trim().split(' ')] : []))
  const valid = lines.filter(([word]) => word === 'VALIDSIG')
  const plain = lines.filter(([word]) => word === 'PLAINTEXT')
  if (valid.length !== 1 || plain.length !== 1 || lines.some(([word]) => BAD.has(word ?? ''))) return null
  // The last word is the primary key, where a subkey signed.
  return valid[0]?.at(-1) ?? null
}

function common(home: string): string[] {
  return [
    '--homedir',
    home,
    '--batch',
    '--no-tty',
    '--quiet',
    '--no-options',
    '--trust-model',
    'always',
    '--no-auto-key-retrieve',
    '--no-autostart',
  ]
}
