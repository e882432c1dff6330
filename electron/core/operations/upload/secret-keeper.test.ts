import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { SecretStore } from '../../registry/sign-in-store.js'
import { createSecretKeeper } from './secret-keeper.js'

function keyring(isEncrypted: boolean): SecretStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>()
  return {
    kept,
    isEncrypted,
    label: 'a keyring',
    get: (name) => kept.get(name) ?? null,
    set: (name, secret) => void kept.set(name, secret),
    remove: (name) => void kept.delete(name),
    names: () => [...kept.keys()],
  }
}

test('a reference leads to the secret, wherever that is kept', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-secret-'))
  const file = path.join(folder, 'key')
  fs.writeFileSync(file, 'in a file\n')
  const ring = keyring(true)
  const secrets = createSecretKeeper({ TOKEN: 'in a variable' }, ring)
  try {
    expect(await secrets.find('env:TOKEN')).toBe('in a variable')
    expect(await secrets.find(`file:${file}`)).toBe('in a file')
    expect(await secrets.find(secrets.keep('s3 lab', 'of the session', 'session'))).toBe('of the session')
    expect(await secrets.find(secrets.keep('a:b', 'in the keyring', 'keyring'))).toBe('in the keyring')
    expect([...ring.kept.keys()]).toEqual(['cloud/a:b'])
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
})

test('what is not there any more has to be given again; the error does not hold a secret', async () => {
  const secrets = createSecretKeeper({ EMPTY: '' }, keyring(true))
  for (const reference of ['session:gone', 'keyring:gone', 'env:GONE', 'env:EMPTY', 'file:/nonexistent/key']) {
    await expect(secrets.find(reference)).rejects.toMatchObject({ code: 'sign-in-needed' })
  }
  const clear = await secrets.find('hunter2').catch((thrown: unknown) => String(thrown))
  expect(clear).toContain('bad-input')
  expect(clear).not.toContain('hunter2')
})

test('nothing is kept in a keyring that does not encrypt', async () => {
  const ring = keyring(false)
  expect(() => createSecretKeeper({}, ring).keep('a', 'secret', 'keyring')).toThrow('bad-input')
  expect(() => createSecretKeeper({}, null).keep('a', 'secret', 'keyring')).toThrow('bad-input')
  expect(ring.kept.size).toBe(0)
})
