import { expect, test } from 'vitest'
import type { FieldValues } from '#shared/clouds/field'
import { requireFitting } from './run-upload.js'
import { isSameWork } from './upload-records.js'
import { sampleFacts } from '#shared/clouds/testing/sample-facts'

const facts = sampleFacts({ path: '/images/a.qcow2' })

test('a value that would lead to another address begins no upload, whoever asked for it', () => {
  const azure = (values: FieldValues) => () => requireFitting({ provider: 'azure', values: values, facts })
  expect(azure({ subscription: '../../elsewhere' })).toThrow('bad-input')
  expect(azure({ subscription: '11111111-2222-3333-4444-555555555555' })).not.toThrow()
  const aws = (region: string) => () => requireFitting({ provider: 'aws', values: { region }, facts })
  expect(aws('evil.example/#')).toThrow('bad-input')
  expect(aws('eu-central-1')).not.toThrow()
})

test('an upload goes on only with what was sent for the same values', () => {
  const input = (values: FieldValues, provider: 'openstack' | 's3' = 'openstack') => ({
    upload: 'f3ab4a3c-9c8b-4d6e-9d0f-0a1b2c3d4e5f',
    provider,
    values,
    facts,
    edits: [],
  })
  const record = (values: FieldValues) => ({ input: input(values), keptEdits: [] })
  const values = { authUrl: 'https://k.example/v3', credentialId: 'c', credentialSecret: 'session:one', name: 'boot' }
  expect(isSameWork(record(values), input({ ...values, credentialSecret: 'session:other' }))).toBe(true)
  expect(isSameWork(record(values), input({ ...values, diskFormat: 'raw' }))).toBe(false)
  expect(isSameWork(record(values), input({ ...values, authUrl: 'https://other.example/v3' }))).toBe(false)
  expect(isSameWork(record(values), input(values, 's3'))).toBe(false)
})
