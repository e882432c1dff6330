import { randomBytes, scryptSync, type KeyObject } from 'node:crypto'
import { sealSecretbox } from '../secretbox.js'

/** A private key as `cosign generate-key-pair` writes it (theupdateframework/go-tuf, encrypted/encrypted.go), with a scrypt that is quick. */
export function sealedCosignKey(key: KeyObject, passphrase: string, kind = 'SIGSTORE'): string {
  const [salt, nonce] = [randomBytes(32), randomBytes(24)]
  const params = { N: 32768, r: 8, p: 1 }
  const derived = scryptSync(passphrase, salt, 32, { ...params, maxmem: 64 * 1024 ** 2 })
  const box = sealSecretbox(key.export({ format: 'der', type: 'pkcs8' }), nonce, derived)
  const content = {
    kdf: { name: 'scrypt', params, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: box.toString('base64'),
  }
  const body = Buffer.from(JSON.stringify(content)).toString('base64').replace(/.{64}/g, '$&\n')
  return `-----BEGIN ENCRYPTED ${kind} PRIVATE KEY-----\n${body}\n-----END ENCRYPTED ${kind} PRIVATE KEY-----\n`
}
