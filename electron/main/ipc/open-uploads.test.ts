import { expect, test, vi } from 'vitest'
import type { UploadReview } from '#core/clouds-api'
import type { FieldValues } from '#shared/clouds/field'
import { sampleFacts } from '#shared/clouds/testing/sample-facts'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { InputGrants } from './input-grants.js'
import { OpenUploads } from './open-uploads.js'

const UPLOAD = 'f3ab4a3c-9c8b-4d6e-9d0f-0a1b2c3d4e5f'
const facts = sampleFacts({ path: '/images/a.qcow2' })

/** An upload to a registry that broke off, with what its jobs were asked for. */
function opened(values: FieldValues, review: Partial<UploadReview> = {}, jobs: readonly unknown[] = []) {
  const input = {
    upload: UPLOAD,
    provider: 'registry' as const,
    facts,
    edits: [],
    values: { registry: 'r.example', user: 'me', ...values },
  }
  const clouds = {
    reviewUpload: vi.fn().mockResolvedValue({ input, lostEdits: 0, lostSecrets: [], ...review }),
    openUpload: vi.fn().mockRejectedValue(new AppError('bad-input')),
  }
  const runner = { list: () => jobs as Job[], start: vi.fn((request) => ({ request })), retry: vi.fn((id) => ({ id })) }
  const inputs = new InputGrants()
  const requireMayStart = vi.fn()
  const uploads = new OpenUploads(clouds, runner as never, { inputs, start: { requireMayStart } })
  return { uploads, runner, inputs, requireMayStart, input }
}

function job(id: string, createdAt: string, values: FieldValues) {
  return { id, kind: 'upload-image', createdAt, input: { upload: UPLOAD, provider: 'registry', values, edits: ['without its secret'] } }
}

test('it goes on without its job; what its record names may be read, and a secret of the command line is asked for', async () => {
  const { uploads, runner, inputs, requireMayStart, input } = opened({ ca: '/certs/ca.pem', password: 'env:PASSWORD' })
  await uploads.resume(UPLOAD)
  const wanted = { kind: 'upload-image', input: { ...input, values: { ...input.values, password: `session:registry password ${UPLOAD}` } } }
  expect(requireMayStart).toHaveBeenCalledWith([wanted])
  expect(runner.start).toHaveBeenCalledWith(wanted)
  expect(inputs.isGranted('/certs/ca.pem')).toBe(true)
  expect(inputs.isGranted('/certs/other.pem')).toBe(false)
})

test('it does not start what the user does not agree to', async () => {
  const { uploads, runner, requireMayStart } = opened({})
  requireMayStart.mockRejectedValue(new AppError('cancelled'))
  await expect(uploads.resume(UPLOAD)).rejects.toThrow('cancelled')
  expect(runner.start).not.toHaveBeenCalled()
})

test('the secrets of its last job count, and nothing else of that', async () => {
  const later = { password: 'keyring:registry password r.example me', repository: 'elsewhere' }
  const jobs = [job('b', '2026-01-02T00:00:00Z', later), job('a', '2026-01-01T00:00:00Z', { password: 'session:registry password gone' })]
  const { uploads, runner, input } = opened({ password: 'session:registry password gone' }, {}, jobs)
  await uploads.resume(UPLOAD)
  expect(runner.start.mock.calls[0]?.[0]).toMatchObject({ input: { values: { ...input.values, password: later.password } } })
})

test('edits with secrets are those in the memory of the job; without it the upload cannot go on', async () => {
  const withJob = opened({}, { lostEdits: 1 }, [job('a', '2026-01-01T00:00:00Z', {})])
  await withJob.uploads.resume(UPLOAD)
  expect(withJob.runner.retry).toHaveBeenCalledWith('a')
  const without = opened({}, { lostEdits: 1 })
  await expect(without.uploads.resume(UPLOAD)).rejects.toThrow('bad-input')
  for (const { runner } of [withJob, without]) expect(runner.start).not.toHaveBeenCalled()
})

test('looked at again, it names the secrets that have to be typed', async () => {
  const { uploads } = opened({ password: 'session:registry password x', repository: 'a' }, { lostSecrets: ['password'] })
  expect(await uploads.review(UPLOAD)).toMatchObject({ lostSecrets: ['password'], input: { values: { repository: 'a' } } })
  expect((await uploads.review(UPLOAD)).input.values).not.toHaveProperty('password')
  expect((await opened({ password: 'file:/etc/secret' }).uploads.review(UPLOAD)).lostSecrets).toEqual(['password'])
})
