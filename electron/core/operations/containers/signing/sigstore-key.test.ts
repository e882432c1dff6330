import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSigstoreKey } from './sigstore-key.js'
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

test('what is no key is told as such', async () => {
  await expect(readSigstoreKey(path.join(folder, 'none'), undefined)).rejects.toMatchObject({ code: 'file-not-found' })
  await expect(readSigstoreKey(file('text', 'hello'), undefined)).rejects.toMatchObject(wrong(/no private key/))
  const cut = key
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()
    .replace(/\n.{20}/, '\n')
  await expect(readSigstoreKey(file('cut.pem', cut), undefined)).rejects.toMatchObject(wrong(/damaged/))
})
