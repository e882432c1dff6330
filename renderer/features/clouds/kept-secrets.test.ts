import { expect, test } from 'vitest'
import { keptUnder, secretName } from './kept-secrets.js'
import { SAMPLE_FIELDS } from './testing/sample-form.js'
import { valueWords } from './value-words.js'

const owner = { provider: 's3', upload: 'u1', fields: SAMPLE_FIELDS, values: { profile: 'work', token: 'x', bucket: 'b' } } as const

test('a session keeps a secret for one upload, the keyring for the account', () => {
  expect(secretName(owner, 'token', 'session')).toBe('s3 token u1')
  expect(secretName(owner, 'token', 'keyring')).toBe('s3 token work')
  expect(secretName({ ...owner, values: { profile: 'p'.repeat(400) } }, 'token', 'keyring')).toHaveLength(300)
})

test('a reference tells where it is kept, and only that is shown', () => {
  expect(keptUnder('session:s3 token u1')).toEqual({ keep: 'session', name: 's3 token u1' })
  expect(keptUnder('env:TOKEN')).toBeNull()
  const [, token] = SAMPLE_FIELDS
  if (token === undefined) throw new Error('there is no such field')
  expect(valueWords(token, 'keyring:s3 token work')).toBe('kept in the keyring')
  expect(valueWords(token, 'env:TOKEN')).toBe('read when it is needed')
})
