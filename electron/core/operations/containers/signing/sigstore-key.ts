import { createPrivateKey, type KeyObject, scrypt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { AppError } from '#shared/errors/app-error'
import { errnoCode } from '../../../files/sync.js'
import { openSecretbox } from './secretbox.js'

const derive = promisify<string, Buffer, number, object, Buffer>(scrypt)
const MAX_KEY_BYTES = 64 * 1024
/** What scrypt may take; cosign's own choice takes 32 MiB. */
const MAX_SCRYPT_BYTES = 512 * 1024 ** 2

/** What cosign's `encrypted` package writes (theupdateframework/go-tuf, encrypted/encrypted.go). */
const sealedKeySchema = z.object({
  kdf: z.object({
    name: z.literal('scrypt'),
    params: z.object({ N: z.int().min(2), r: z.int().min(1).max(64), p: z.int().min(1).max(64) }),
    salt: z.base64(),
  }),
  cipher: z.object({ name: z.literal('nacl/secretbox'), nonce: z.base64() }),
  ciphertext: z.base64(),
})

/** Whether a private key needs a passphrase; false for what cannot be read. */
export async function isEncryptedKey(file: string): Promise<boolean> {
  const pem = await readFile(file, 'utf8').catch(() => '')
  return /-----BEGIN ENCRYPTED /.test(pem.slice(0, MAX_KEY_BYTES))
}

/**
 * Reads a private key in PEM: one of cosign (`cosign.key`, encrypted), or a plain or encrypted PKCS #8 one of ECDSA, Ed25519 or RSA. Throws `file-not-found`, `file-not-readable`,
 * and `bad-input` for what is no key, and for a passphrase that is missing or wrong.
 */
export async function readSigstoreKey(file: string, passphrase: string | undefined): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError(errnoCode(cause) === 'ENOENT' ? 'file-not-found' : 'file-not-readable', { details: { path: file }, cause })
  })
  const wrong = (reason: string, cause?: unknown): AppError => new AppError('bad-input', { details: { path: file, reason }, cause })
  if (pem.length > MAX_KEY_BYTES) throw wrong('it is too large for a private key')
  const kind = /-----BEGIN ([A-Z ]+)-----/.exec(pem)?.[1] ?? ''
  if (!kind.endsWith('PRIVATE KEY')) throw wrong('it holds no private key in PEM')
  const isEncrypted = kind.startsWith('ENCRYPTED')
  if (isEncrypted && passphrase === undefined) throw wrong('its passphrase is needed: type it, or give it in COSIGN_PASSWORD')
  try {
    if (/^ENCRYPTED (COSIGN|SIGSTORE) /.test(kind)) return await openSealedKey(pem, passphrase ?? '')
    return createPrivateKey({ key: pem, ...(passphrase === undefined || !isEncrypted ? {} : { passphrase }) })
  } catch (cause) {
    if (cause instanceof AppError) throw wrong(String(cause.data.details.reason), cause)
    throw wrong(isEncrypted ? 'the passphrase is wrong, or the key is damaged' : 'the key is damaged', cause)
  }
}

async function openSealedKey(pem: string, passphrase: string): Promise<KeyObject> {
  const wrong = (reason: string): AppError => new AppError('bad-input', { details: { reason } })
  const body = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ''), 'base64')
  const parsed = sealedKeySchema.safeParse(JSON.parse(body.toString('utf8')))
  if (!parsed.success) throw wrong('it is encrypted in a way that is not known here; scrypt with NaCl secretbox is what cosign does')
  const { kdf, cipher, ciphertext } = parsed.data
  const { N, r, p } = kdf.params
  if (128 * N * r * p > MAX_SCRYPT_BYTES) throw wrong('opening it would take more than 512 MiB of memory')
  const key = await derive(passphrase, Buffer.from(kdf.salt, 'base64'), 32, { N, r, p, maxmem: MAX_SCRYPT_BYTES + 1024 ** 2 })
  const der = openSecretbox(Buffer.from(ciphertext, 'base64'), Buffer.from(cipher.nonce, 'base64'), key)
  if (der === null) throw wrong('the passphrase is wrong, or the key is damaged')
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}
