import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SignInStore } from '../../../registry/sign-in-store.js'
import { passphraseFor, unlockKey } from './key-passphrases.js'
import { isEncryptedKey, readSigstoreKey } from './sigstore-key.js'
import { sealedCosignKey } from './testing/cosign-key.js'

let folder: string
let key: KeyObject
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-key-'))
  key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

function file(name: string, text: string | Buffer): string {
  const place = path.join(folder, name)
  fs.writeFileSync(place, text)
  return place
}

const wrong = (reason: RegExp) => ({ code: 'bad-input', data: { details: { reason: expect.stringMatching(reason) as string } } })

test('reads plain and encrypted PKCS #8, of ECDSA and Ed25519', async () => {
  const ed = generateKeyPairSync('ed25519').privateKey
  for (const one of [key, ed]) {
    const plain = file('plain.pem', one.export({ format: 'pem', type: 'pkcs8' }))
    expect((await readSigstoreKey(plain, undefined)).equals(one)).toBe(true)
    const sealed = file('sealed.pem', one.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open it' }))
    expect((await readSigstoreKey(sealed, 'open it')).equals(one)).toBe(true)
  }
})

test.each(['COSIGN', 'SIGSTORE'])('reads what cosign seals as ENCRYPTED %s PRIVATE KEY', async (kind) => {
  const sealed = file('cosign.key', sealedCosignKey(key, 'open it', kind))
  expect((await readSigstoreKey(sealed, 'open it')).equals(key)).toBe(true)
  await expect(readSigstoreKey(sealed, 'not it')).rejects.toMatchObject(wrong(/passphrase is wrong/))
  await expect(readSigstoreKey(sealed, undefined)).rejects.toMatchObject(wrong(/COSIGN_PASSWORD/))
})

test('a passphrase that was typed is kept for its key alone, once it has opened it; others have that of the environment', async () => {
  const sealed = file('typed.key', sealedCosignKey(key, 'open it', 'COSIGN'))
  const other = file('other.key', key.export({ format: 'pem', type: 'pkcs8' }))
  expect([await isEncryptedKey(sealed), await isEncryptedKey(other), await isEncryptedKey('/none')]).toEqual([true, false, false])
  const signIns = { passphrases: new Map<string, string>() } as unknown as SignInStore
  await expect(unlockKey(sealed, 'not it', signIns)).rejects.toMatchObject(wrong(/passphrase is wrong/))
  expect(passphraseFor(sealed, signIns, {})).toBeUndefined()
  await unlockKey(sealed, 'open it', signIns)
  const env = { COSIGN_PASSWORD: 'another' }
  expect([passphraseFor(sealed, signIns, env), passphraseFor(other, signIns, env)]).toEqual(['open it', 'another'])
})

test('what is no key is told as such', async () => {
  await expect(readSigstoreKey(path.join(folder, 'none'), undefined)).rejects.toMatchObject({ code: 'file-not-found' })
  await expect(readSigstoreKey(file('text', 'hello'), undefined)).rejects.toMatchObject(wrong(/no private key/))
  const cut = key
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()
    .replace(/\n.{20}/, '\n')
  await expect(readSigstoreKey(file('cut.pem', cut), undefined)).rejects.toMatchObject(wrong(/damaged/))
})
