import { expect, test } from 'vitest'
import { sampleJob } from '../jobs/testing/sample-jobs.js'
import { brokenUploads, phaseOf, runningUploads, uploadInput } from './upload-jobs.js'
import { sampleFacts } from './testing/sample-form.js'

const UPLOAD = '0c1f5a2e-5f0f-4b8e-9d42-1f6f9a3f6c11'
const input = { upload: UPLOAD, provider: 's3', facts: sampleFacts(), edits: [], values: {} }
const job = (change: Parameters<typeof sampleJob>[0]) => sampleJob({ kind: 'upload-image', input, ...change })
const open = { upload: UPLOAD, provider: 's3' as const, title: 'Upload boot.qcow2', updatedAt: '2026-01-01T00:00:00Z', remotes: [] }

test('an upload that goes on has not broken off; one that ended goes on with its last job', () => {
  expect(brokenUploads([open], [job({ id: 'a' })])).toEqual([])
  const jobs = [
    job({ id: 'a', state: 'interrupted', createdAt: '2026-01-01T00:00:00Z' }),
    job({ id: 'b', state: 'failed', createdAt: '2026-01-02T00:00:00Z' }),
    sampleJob({ id: 'c' }),
  ]
  expect(brokenUploads([open], jobs)[0]?.job?.id).toBe('b')
  expect(brokenUploads([open], [])[0]?.job).toBeNull()
  expect(runningUploads([...jobs, job({ id: 'd' })]).map(({ id }) => id)).toEqual(['d'])
})

test('what an upload does is said in its own words', () => {
  expect(phaseOf(job({ phase: 'uploading' }))).toBe('uploading')
  expect(phaseOf(job({ phase: 'uploading', attention: { code: 'sign-in-expired', details: {}, actions: [] } }))).toBe('needs sign-in')
  expect(phaseOf(job({ state: 'succeeded' }))).toBe('ready')
  expect(phaseOf(job({ state: 'interrupted' }))).toBe('failed')
  expect(phaseOf(sampleJob({ state: 'running' }))).toBeNull()
  expect(uploadInput(sampleJob({}))).toBeNull()
  expect(uploadInput(job({ input: { upload: 'no' } }))).toBeNull()
})
