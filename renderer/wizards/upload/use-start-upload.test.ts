import { expect, test } from 'vitest'
import { sampleFacts } from '../../features/clouds/testing/sample-form.js'
import { uploadId } from './use-start-upload.js'

const UPLOAD = '0c1f5a2e-5f0f-4b8e-9d42-1f6f9a3f6c11'
const OTHER = '5d7c1c2b-9a40-4a5b-8f0e-6a3f3f0f2a77'
const request = { provider: 's3' as const, facts: sampleFacts(), values: { bucket: 'images', name: 'boot' }, edits: [] }

test('the same request goes on where it broke off; another one has nothing to do with it', () => {
  expect(uploadId(UPLOAD, undefined, request), 'the first').toBe(UPLOAD)
  const before = { ...request, upload: OTHER, values: { name: 'boot', bucket: 'images' } }
  expect(uploadId(UPLOAD, before, request)).toBe(OTHER)
  const changed = uploadId(UPLOAD, before, { ...request, values: { bucket: 'elsewhere', name: 'boot' } })
  expect([UPLOAD, OTHER]).not.toContain(changed)
})
