import { expect, test } from 'vitest'
import { bootTestInputSchema } from '#shared/boot-test/boot-test-request'
import { type Edit, editSchema } from '#shared/edits/edit'
import { hideSecrets } from '#shared/edits/secrets'
import type { Job } from '#shared/jobs/job'
import { lastBootTest } from './last-boot-test.js'
import { jobRecord } from './testing/job-fixture.js'

const EDITS: Edit[] = [{ kind: 'kernel-args', entry: '*', changes: [{ op: 'append', arg: 'quiet' }] }]

function tested(createdAt: string, more: Record<string, unknown>, verdict: string | null = 'pass'): Job {
  const input = { ...bootTestInputSchema.parse({ source: '/a.raw' }), edits: EDITS, ...more }
  const output = { path: '/log', bytes: 1, proofs: [], bootTest: { verdict } } as unknown as Job['output']
  return jobRecord({ kind: 'test-boot', createdAt, input, output: verdict === null ? null : output })
}

test('the newest test of the same file with the same edits counts', () => {
  const jobs = [
    tested('2026-01-03', { platform: 'aws' }),
    tested('2026-01-04', { platform: 'gcp' }),
    tested('2026-01-05', { platform: 'oci' }, null),
    tested('2026-01-06', { platform: 'azure' }, 'none'),
    tested('2026-01-06', { source: '/b.raw' }),
    tested('2026-01-07', { edits: [] }),
    jobRecord({ createdAt: '2026-01-08' }),
  ]
  expect(lastBootTest(jobs, '/a.raw', EDITS)?.platform).toBe('gcp')
  expect(lastBootTest(jobs, '/c.raw', EDITS)).toBeUndefined()
})

test('edits with secrets are found by what their records tell', () => {
  const user = editSchema.parse({ kind: 'user', name: 'ada', passwordHash: `$6$salt$${'x'.repeat(86)}` })
  const job = tested('2026-01-01', { edits: [hideSecrets(user)] })
  expect(JSON.stringify(job.input)).not.toContain('$6$salt')
  expect(lastBootTest([job], '/a.raw', [user])).toBeDefined()
})
