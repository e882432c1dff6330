import { expect, test } from 'vitest'
import { gcpFailure, type GcpRefusal } from './gcp-failure.js'

const NOW = Date.parse('Sat, 21 Nov 2026 12:00:00 GMT')

function failure(status: number, reason: string, more: Partial<GcpRefusal> = {}, message = 'words') {
  return gcpFailure({
    status,
    headers: { date: 'Sat, 21 Nov 2026 12:00:00 GMT' },
    body: Buffer.from(JSON.stringify({ error: { code: status, message, errors: [{ reason }] } })),
    what: 'write to the bucket b',
    subject: 'The bucket b',
    nowMs: NOW,
    ...more,
  })
}

test.each([
  [401, 'authError', 'sign-in-expired'],
  [403, 'forbidden', 'cloud-denied'],
  [403, 'quotaExceeded', 'cloud-quota'],
  [403, 'rateLimitExceeded', 'cloud-busy'],
  [404, 'notFound', 'cloud-not-found'],
  [409, 'alreadyExists', 'cloud-conflict'],
  [412, 'conditionNotMet', 'cloud-conflict'],
  [429, 'rateLimitExceeded', 'cloud-busy'],
  [503, 'backendError', 'cloud-busy'],
  [500, 'internalError', 'cloud-failed'],
  [400, 'resourceNotReady', 'cloud-busy'],
  [400, 'invalid', 'cloud-refused'],
] as const)('%i %s is %s', (status, reason, expected) => {
  expect(failure(status, reason).code).toBe(expected)
})

test('a digest that does not agree is no refusal like others', () => {
  expect(failure(400, 'invalid', {}, 'Provided MD5 hash does not match').code).toBe('upload-mismatch')
})

test('a clock that is wrong is not taken for a sign-in that has ended', () => {
  expect(failure(401, 'authError', { nowMs: NOW - 301_000 }).code).toBe('clock-skewed')
})

test('the wait that it asks for is kept, the address of a session is not', () => {
  expect(failure(429, 'x', { headers: { 'retry-after': '9' } }).data.details.retryAfter).toBe(9)
  const { reason } = failure(400, 'invalid', {}, 'No session https://h/upload?upload_id=SECRET-OF-IT now').data.details
  expect(reason).toBe('No session https://h/upload?upload_id=… now (invalid)')
})
