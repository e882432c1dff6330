import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addAuthorizedKeys, authorizedKeyProblem, isSameKey, keyLines, readAuthorizedKey } from './ssh-keys.js'
import { ECDSA, ED25519, RSA, sampleKey, SECURITY_KEY } from './testing/sample-keys.js'

test.each([ED25519, RSA, ECDSA, SECURITY_KEY, `${ED25519} me@host, the second`, `no-pty,command="echo a b \\"c\\"" ${RSA} x`])(
  '%s is a key',
  (line) => {
    expect(authorizedKeyProblem(line)).toBeNull()
  },
)

test.each([
  ['', /a key is a type/],
  ['ssh-ed25519', /a key is a type/],
  ['# comment', /a key is a type/],
  [ED25519.slice(0, 40), /base64|cut off/],
  [ED25519.slice(0, 44), /cut off|base64/],
  [ED25519.replace('ssh-ed25519 ', 'ssh-rsa '), /not that of a key of type ssh-rsa/],
  [sampleKey('ssh-ed25519', 31), /cut off or too long/],
  [sampleKey('ssh-rsa', 3, 65), /512 bits/],
  [sampleKey('ssh-dss', 20, 20), /DSA/],
  [sampleKey('ssh-ed25519-cert-v01@openssh.com', 32), /certificate/],
  [sampleKey('ssh-quantum', 32), /no type/],
  ['-----BEGIN OPENSSH PRIVATE KEY-----', /private/],
  [`${ED25519}\n${RSA}`, /one line/],
])('%s is none', (line, problem) => {
  expect(authorizedKeyProblem(line)).toMatch(problem)
})

test('options with blanks in quotes are set apart', () => {
  expect(readAuthorizedKey(`command="run this",no-pty ${ED25519} a b`)).toMatchObject({
    options: 'command="run this",no-pty',
    type: 'ssh-ed25519',
    comment: 'a b',
  })
})

test('a key that is there, under another comment or with options, is not added again', () => {
  const text = `# mine\nno-pty ${ED25519} laptop`
  expect(addAuthorizedKeys(text, [`${ED25519} desk`])).toBe(text)
  expect(addAuthorizedKeys(text, [RSA, `${RSA} again`, ED25519])).toBe(`${text}\n${RSA}\n`)
})

test('adding keeps every byte that was there, and adding twice is adding once', () => {
  const keys = fc.subarray([ED25519, RSA, ECDSA, SECURITY_KEY])
  fc.assert(
    fc.property(fc.string(), keys, (text, added) => {
      const once = addAuthorizedKeys(text, added)
      expect(once.startsWith(text)).toBe(true)
      expect(addAuthorizedKeys(once, added)).toBe(once)
      const found = once.split('\n').flatMap((line) => readAuthorizedKey(line) ?? [])
      for (const line of added) {
        const key = readAuthorizedKey(line)
        expect(key !== null && found.some((other) => isSameKey(other, key))).toBe(true)
      }
    }),
  )
})

test('a file of keys is its lines without comments', () => {
  expect(keyLines(`# one\r\n${ED25519}\r\n\n  ${RSA}\n`)).toEqual([ED25519, RSA])
})
