import { expect, test } from 'vitest'
import { awsFailure } from './aws-failure.js'

const CONTEXT = { service: 'Amazon EC2', what: 'register images', profile: 'it' }

function answered(name: string, status: number, message = 'It says no', more: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status, requestId: 'req-1' }, ...more })
}

test.for([
  ['ExpiredToken', 400, 'sign-in-expired'],
  ['RequestExpired', 400, 'sign-in-expired'],
  ['UnauthorizedOperation', 403, 'cloud-denied'],
  ['AuthFailure', 401, 'cloud-denied'],
  ['RequestThrottledException', 400, 'cloud-busy'],
  ['RequestLimitExceeded', 503, 'cloud-busy'],
  ['ServiceQuotaExceededException', 402, 'cloud-quota'],
  ['ResourceLimitExceeded', 400, 'cloud-quota'],
  ['InvalidAMIName.Duplicate', 400, 'cloud-conflict'],
  ['InvalidSnapshot.NotFound', 400, 'cloud-not-found'],
  ['NoSuchBucket', 404, 'cloud-not-found'],
  ['InternalServerException', 500, 'cloud-failed'],
  ['InvalidParameterValue', 400, 'cloud-refused'],
  ['Whatever', 503, 'cloud-busy'],
  ['Whatever', 500, 'cloud-failed'],
] as const)('%s with %i is %s', ([name, status, code]) => {
  const { code: found, data } = awsFailure(answered(name, status), CONTEXT)
  expect(found).toBe(code)
  expect(data.details).toMatchObject({ service: 'Amazon EC2', name, status, requestId: 'req-1' })
})

test('how long to wait is taken over, and what is encoded for administrators is left out', () => {
  const busy = answered('SlowDown', 503, 'Please reduce', { $response: { headers: { 'retry-after': '7' } } })
  expect(awsFailure(busy, CONTEXT).data.details.retryAfter).toBe(7)
  const denied = answered('UnauthorizedOperation', 403, 'You may not. Encoded authorization failure message: abcdef')
  expect(awsFailure(denied, CONTEXT).data.details.reason).toBe('You may not.')
})

test('a signature that does not fit is told without what was signed, a clock that is wrong with by how much', () => {
  const bad = answered('SignatureDoesNotMatch', 403, 'The Canonical String should have been x-amz-security-token:SECRET')
  expect(JSON.stringify(awsFailure(bad, CONTEXT).data)).not.toContain('SECRET')
  const words = 'Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z (20260101T010500Z - 5 min.)'
  expect(awsFailure(answered('InvalidSignatureException', 403, words), CONTEXT)).toMatchObject({
    code: 'clock-skewed',
    data: { details: { seconds: 3600 } },
  })
})

test('an SSO session that has ended names what to run; no credentials at all are another matter', () => {
  const over = Object.assign(
    new Error("Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile."),
    {
      name: 'TokenProviderError',
    },
  )
  const error = awsFailure(over, { ...CONTEXT, profile: 'my profile' })
  expect(error.code).toBe('sign-in-expired')
  expect(error.data.details.next).toContain("aws sso login --profile 'my profile'")
  const none = Object.assign(new Error('Could not resolve credentials using profile: [x]'), { name: 'CredentialsProviderError' })
  expect(awsFailure(none, CONTEXT).code).toBe('cloud-denied')
})

test('what the network breaks is told as such', () => {
  const broken = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  expect(awsFailure(broken, CONTEXT)).toMatchObject({ code: 'cloud-unreachable', data: { details: { service: 'Amazon EC2' } } })
  const slow = Object.assign(new Error('Connection timed out'), { name: 'TimeoutError' })
  expect(awsFailure(slow, CONTEXT)).toMatchObject({ code: 'cloud-unreachable', data: { details: { reason: 'It did not answer in time' } } })
})
