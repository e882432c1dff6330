import { expect, test } from 'vitest'
import { ociFailure, type OciRefusal } from './oci-failure.js'

const NOW = Date.parse('Sat, 21 Nov 2026 12:00:00 GMT')

function failure(status: number, code: string, more: Partial<OciRefusal> = {}, message = 'words') {
  return ociFailure({
    status,
    headers: { date: 'Sat, 21 Nov 2026 12:00:00 GMT', 'opc-request-id': 'R1' },
    body: Buffer.from(JSON.stringify({ code, message })),
    what: 'write to the bucket b',
    subject: 'The bucket b',
    credentials: { profile: 'DEFAULT', session: null },
    nowMs: NOW,
    ...more,
  })
}

test.each([
  [401, 'NotAuthenticated', 'sign-in-expired'],
  [403, 'NotAllowed', 'cloud-denied'],
  [404, 'BucketNotFound', 'cloud-not-found'],
  [400, 'LimitExceeded', 'cloud-quota'],
  [400, 'QuotaExceeded', 'cloud-quota'],
  [412, 'IfNoneMatchFailed', 'cloud-conflict'],
  [409, 'BucketAlreadyExists', 'cloud-conflict'],
  [409, 'IncorrectState', 'cloud-busy'],
  [429, 'TooManyRequests', 'cloud-busy'],
  [503, 'ServiceUnavailable', 'cloud-busy'],
  [500, 'InternalServerError', 'cloud-failed'],
  [400, 'UnmatchedContentMD5', 'upload-mismatch'],
  [400, 'InvalidParameter', 'cloud-refused'],
] as const)('%i %s is %s', (status, code, expected) => {
  const { code: got, data } = failure(status, code)
  expect(got).toBe(expected)
  expect(data.details).toMatchObject({ service: 'Oracle Cloud', status, requestId: 'R1' })
})

test('what is not there may also not be seen: both are said', () => {
  expect(failure(404, 'NotAuthorizedOrNotFound').data.details.reason).toBe(
    'The bucket b does not exist, or the profile DEFAULT may not see it',
  )
})

test('a clock that is wrong is not taken for a sign-in that has ended', () => {
  const skewed = failure(401, 'NotAuthenticated', { nowMs: NOW + 301_000 })
  expect(skewed.code).toBe('clock-skewed')
  expect(skewed.data.details.seconds).toBe(301)
  expect(failure(401, 'NotAuthenticated', { nowMs: NOW + 300_000 }).code).toBe('sign-in-expired')
})

test('a session that is no longer taken names the command that makes another', () => {
  const ended = failure(401, 'NotAuthenticated', { credentials: { profile: 'work', session: { endsAt: null } } })
  expect(ended.data.details.next).toBe('Run oci session authenticate --profile-name work, then go on.')
})

test('the wait that it asks for is kept, links and queries are not', () => {
  const headers = { 'retry-after': '7' }
  expect(failure(429, 'TooManyRequests', { headers }).data.details.retryAfter).toBe(7)
  const message = 'Invalid sourceUri https://h/p/SECRET-OF-A-LINK/n/x?token=another-long-secret-of-it'
  expect(failure(400, 'InvalidParameter', {}, message).data.details.reason).toBe('InvalidParameter: Invalid sourceUri https://h/p/…/n/x?…')
})

test('an answer that is no JSON says nothing', () => {
  const { data } = failure(502, '', { body: Buffer.from('<html>') })
  expect(data.details).not.toHaveProperty('reason')
})
