import path from 'node:path'
import { expect, test } from 'vitest'
import type { ProviderForm } from '#shared/clouds/provider-form'
import { valuesOf } from './upload-values.js'

const form: ProviderForm = {
  id: 's3',
  title: 'A cloud',
  summary: '',
  platform: null,
  takes: ['disk'],
  fields: (values) => [
    { id: 'bucket', label: 'Bucket', kind: 'text', group: 'destination' },
    { id: 'mode', label: 'Mode', kind: 'select', group: 'destination', choices: [{ value: 'a', label: 'A' }] },
    { id: 'regions', label: 'Regions', kind: 'list', group: 'destination' },
    { id: 'tags', label: 'Tags', kind: 'tags', group: 'advanced' },
    { id: 'parts', label: 'Parts', kind: 'int', group: 'advanced' },
    { id: 'public', label: 'Public', kind: 'bool', group: 'advanced' },
    { id: 'ca', label: 'Authority', kind: 'file', group: 'advanced' },
    { id: 'password', label: 'Password', kind: 'secret', group: 'account' },
    ...(values.mode === 'a' ? [{ id: 'extra', label: 'Extra', kind: 'int', group: 'image' } as const] : []),
  ],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}

test('each kind of field is read as what it is, whatever the order', () => {
  const texts = ['extra=3', 'bucket=a=b', 'regions=eu-1, eu-2', 'tags.team=boot', 'tags.cost=x=y', 'parts=8', 'public=yes', 'mode=a']
  expect(valuesOf(form, texts, null)).toEqual({
    bucket: 'a=b',
    mode: 'a',
    regions: ['eu-1', 'eu-2'],
    tags: { team: 'boot', cost: 'x=y' },
    parts: 8,
    public: true,
    extra: 3,
  })
  expect(valuesOf(form, ['ca=here.pem'], null, { bucket: 'known' })).toEqual({ bucket: 'known', ca: path.resolve('here.pem') })
})

test('a secret is a reference, and never a word of the command line', () => {
  expect(valuesOf(form, ['password=env:TOKEN'], null)).toEqual({ password: 'env:TOKEN' })
  expect(valuesOf(form, ['password=file:key.txt'], null)).toEqual({ password: `file:${path.resolve('key.txt')}` })
  for (const given of ['hunter2', 'session:x', 'keyring:x', 'env:']) {
    expect(() => valuesOf(form, [`password=${given}`], null)).toThrow(/^password is a secret, which no command line is told/)
  }
  let words = ''
  try {
    valuesOf(form, ['password=hunter2'], null)
  } catch (thrown) {
    words = String(thrown)
  }
  expect(words).not.toContain('hunter2')
})

test('what does not fit is told in words', () => {
  expect(() => valuesOf(form, ['bukket=a'], null)).toThrow('A cloud has no field bukket; did you mean bucket?')
  expect(() => valuesOf(form, ['extra=1'], null)).toThrow('A cloud has no field extra')
  expect(() => valuesOf(form, ['parts=many'], null)).toThrow('parts is a whole number, not many')
  expect(() => valuesOf(form, ['public=perhaps'], null)).toThrow('public is yes or no, not perhaps')
  expect(() => valuesOf(form, ['tags=a'], null)).toThrow('--set tags.NAME=VALUE')
  expect(() => valuesOf(form, ['bucket.x=a'], null)).toThrow('bucket is not made of names and values')
  expect(() => valuesOf(form, ['bucket'], null)).toThrow('--set is FIELD=VALUE, not bucket')
})
