import { expect, test } from 'vitest'
import { azureFailure, operationFailure, signInFailure } from './azure-failure.js'

const QUESTION = { service: 'Azure', what: 'make disks', tenant: 'contoso.example' }

function answer(status: number, code: string, message = 'It says no', headers: Record<string, string> = {}) {
  return { status, headers: { 'x-ms-request-id': 'req-1', ...headers }, body: Buffer.from(JSON.stringify({ error: { code, message } })) }
}

test.for([
  [401, 'ExpiredAuthenticationToken', 'sign-in-expired'],
  [403, 'AuthorizationFailed', 'cloud-denied'],
  [409, 'QuotaExceeded', 'cloud-quota'],
  [409, 'SkuNotAvailable', 'cloud-quota'],
  [409, 'Conflict', 'cloud-conflict'],
  [404, 'ResourceGroupNotFound', 'cloud-not-found'],
  [429, 'TooManyRequests', 'cloud-busy'],
  [503, 'ServerBusy', 'cloud-busy'],
  [500, 'InternalServerError', 'cloud-failed'],
  [400, 'InvalidParameter', 'cloud-refused'],
] as const)('%i %s is %s', ([status, name, code]) => {
  const error = azureFailure(answer(status, name), QUESTION)
  expect(error.code).toBe(code)
  expect(error.data.details).toMatchObject({ name, status, requestId: 'req-1' })
})

test('what is not allowed is a quota where it says so', () => {
  expect(azureFailure(answer(409, 'OperationNotAllowed', 'exceeding approved quota'), QUESTION).code).toBe('cloud-quota')
  expect(azureFailure(answer(409, 'OperationNotAllowed', 'The disk is in use'), QUESTION).code).toBe('cloud-refused')
})

test('XML of the Blob service is read as well, and addresses that let somebody in are cut', () => {
  const body = Buffer.from(
    '<?xml version="1.0"?><Error><Code>Md5Mismatch</Code><Message>of https://x.example/a?sig=SECRET here</Message></Error>',
  )
  const error = azureFailure({ status: 400, headers: {}, body }, QUESTION)
  expect(error.code).toBe('upload-mismatch')
  expect(error.data.details.reason).toBe('of https://x.example/a here')
  expect(azureFailure(answer(429, 'TooManyRequests', 'x', { 'retry-after': '9' }), QUESTION).data.details.retryAfter).toBe(9)
})

test('an operation that failed says why', () => {
  expect(operationFailure({ code: 'InvalidVhd', message: 'no cookie' }, QUESTION)).toMatchObject({
    code: 'upload-incomplete',
    data: { details: { reason: 'no cookie' } },
  })
  expect(operationFailure({ code: 'QuotaExceeded' }, QUESTION).code).toBe('cloud-quota')
})

test('a sign-in that ended is told from one that never was right', () => {
  const ended = new Error('700082 - AADSTS700082: The refresh token has expired due to inactivity. Trace ID: 1')
  expect(signInFailure(ended, 'contoso.example')).toMatchObject({
    code: 'sign-in-expired',
    data: { details: { next: 'Run az login --tenant contoso.example, then go on.' } },
  })
  expect(signInFailure(new Error("Please run 'az login' from a command prompt"), '').code).toBe('sign-in-expired')
  const wrong = new Error('AADSTS7000215: Invalid client secret provided. Trace ID: 1')
  expect(signInFailure(wrong, 't')).toMatchObject({ code: 'cloud-denied', data: { details: { name: 'AADSTS7000215' } } })
})
