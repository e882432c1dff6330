import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silentLogger } from '#core/log/logger'

const keyring = vi.hoisted(() => ({ backend: 'gnome_libsecret', isThere: true, key: 1 }))
vi.mock('electron', () => ({
  safeStorage: {
    isEncryptionAvailable: () => keyring.isThere,
    getSelectedStorageBackend: () => keyring.backend,
    encryptString: (text: string) => Buffer.from(`${keyring.key}:${Buffer.from(text).toString('hex')}`),
    decryptString: (sealed: Buffer) => {
      const [key, hex = ''] = sealed.toString().split(':')
      if (key !== String(keyring.key)) throw new Error('cannot be decrypted')
      return Buffer.from(hex, 'hex').toString()
    },
  },
}))
const { createSecretStore } = await import('./secret-store.js')

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-secrets-'))
  Object.assign(keyring, { backend: 'gnome_libsecret', isThere: true, key: 1 })
})
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }))

const open = () => createSecretStore({ folder, log: silentLogger })
const file = () => path.join(folder, 'secrets.json')

test('keeps secrets encrypted, for the user alone, from one start to the next', () => {
  const store = open()
  store.set('registry/a.example', 'MARKER-one')
  store.set('registry/b.example', 'two')
  expect(fs.readFileSync(file(), 'utf8')).not.toContain('MARKER')
  expect(fs.statSync(file()).mode & 0o777).toBe(0o600)
  expect([open().get('registry/a.example'), open().names(), open().label]).toEqual([
    'MARKER-one',
    ['registry/a.example', 'registry/b.example'],
    'the keyring of GNOME',
  ])
  store.remove('registry/a.example')
  expect([open().get('registry/a.example'), open().names()]).toEqual([null, ['registry/b.example']])
})

test.each([{ backend: 'basic_text' }, { backend: 'unknown' }, { isThere: false }])(
  'keeps nothing where the system does not encrypt: %j',
  (state) => {
    Object.assign(keyring, state)
    const store = open()
    expect(store.isEncrypted).toBe(false)
    expect(() => store.set('a', 'b')).toThrowError(expect.objectContaining({ code: 'bad-input' }))
    expect(fs.existsSync(file())).toBe(false)
  },
)

test('what another keyring sealed, and a file that is damaged, are as good as nothing', () => {
  open().set('a', 'b')
  keyring.key = 2
  expect(open().get('a')).toBeNull()
  fs.writeFileSync(file(), 'not json')
  expect([open().get('a'), open().names()]).toEqual([null, []])
  open().set('a', 'c')
  expect(open().get('a')).toBe('c')
})
