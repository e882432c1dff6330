import { expect, test } from 'vitest'
import { checkUserData } from '../system/cloud-config.js'
import { checkIgnition } from '../system/ignition.js'
import { type Edit, editSchema } from './edit.js'
import { hideSecrets, LEFT_OUT, secretFields } from './secrets.js'

const user = (more: object): Edit => editSchema.parse({ kind: 'user', name: 'ada', ...more })

test('passwords and first-boot configuration are secrets', () => {
  expect(secretFields(user({ passwordHash: `$6$salt$${'x'.repeat(86)}` }))).toEqual(['passwordHash'])
  expect(secretFields(user({ passwordHash: '!' }))).toEqual([])
  expect(secretFields(user({}))).toEqual([])
  expect(secretFields(editSchema.parse({ kind: 'ignition-config', config: '{}' }))).toEqual(['config'])
  expect(secretFields(editSchema.parse({ kind: 'cloud-init', userData: '#!x', networkConfig: 'a' }))).toEqual(['userData', 'networkConfig'])
  expect(secretFields({ kind: 'hostname', name: 'web' })).toEqual([])
})

test('what is kept in records holds no secret, and cannot be taken for the edit', () => {
  const hash = `$6$salt$${'x'.repeat(86)}`
  const kept = hideSecrets(user({ passwordHash: hash, gecos: 'Ada' }))
  expect(JSON.stringify(kept)).not.toContain(hash)
  expect(kept).toMatchObject({ name: 'ada', gecos: 'Ada' })
  expect(editSchema.safeParse(kept).success).toBe(false)
  expect(checkIgnition(LEFT_OUT).problems).toHaveLength(1)
  expect(checkUserData(LEFT_OUT).problems).toHaveLength(1)
  const plain: Edit = { kind: 'hostname', name: 'web' }
  expect(hideSecrets(plain)).toBe(plain)
})

test.each([
  ['/etc/shadow', 'root:$6$x:1::::::', true],
  ['/root/.ssh/id_ed25519', 'x', true],
  ['/etc/ssh/ssh_host_rsa_key', 'x', true],
  ['/etc/pki/server.pem', '-----BEGIN CERTIFICATE-----\n-----BEGIN RSA PRIVATE KEY-----\n', true],
  ['/etc/pki/server.crt', '-----BEGIN CERTIFICATE-----\n', false],
  ['/root/.ssh/id_ed25519.pub', 'ssh-ed25519 AAAA', false],
])('a file at %s with %j is a secret: %s', (path, text, isSecret) => {
  const edit: Edit = { kind: 'write-file', path, content: { text } }
  expect(secretFields(edit)).toEqual(isSecret ? ['content'] : [])
  expect(editSchema.safeParse(hideSecrets(edit)).success).toBe(!isSecret)
})
