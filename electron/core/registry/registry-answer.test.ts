import { expect, test } from 'vitest'
import { errorWords, refusalError, retryAfterSeconds } from './registry-answer.js'

const NOW = Date.parse('2024-05-06T07:08:09Z')

test.each([
  ['120', 120],
  [' 0 ', 0],
  ['Mon, 06 May 2024 07:08:39 GMT', 30],
  ['Mon, 06 May 2024 07:00:00 GMT', 0],
  ['soon', null],
  ['-5', null],
  ['', null],
  [undefined, null],
])('Retry-After: %s', (header, seconds) => {
  expect(retryAfterSeconds(header, NOW)).toBe(seconds)
})

test.each([
  ['{"errors":[{"code":"DENIED","message":"requested access is denied"}]}', 'requested access is denied'],
  ['{"errors":[{"code":"A"},{"message":"b."},{"message":"b."}]}', 'A; b'],
  ['{"details":"incorrect username or password"}', 'incorrect username or password'],
  ['{"error":"invalid_grant","error_description":"the token has ended"}', 'the token has ended'],
  ['<html>nginx</html>', ''],
  ['{"errors":[{"message":"cut', ''],
  ['plain\nwords\u001b[31m', 'plain words [31m'],
  ['', ''],
  ['{"errors":[null,5,{}]}', ''],
  [JSON.stringify({ message: 'x'.repeat(2000) }), 'x'.repeat(500)],
])('words of %j', (body, words) => {
  expect(errorWords(body)).toBe(words)
})

const refusal = {
  registry: 'registry.example',
  repository: 'team/disk',
  path: 'manifests/v1',
  isWriting: false,
  user: null,
  body: '',
  retryAfter: null,
  secrets: [],
}

test('statuses and what they are about', () => {
  expect(refusalError({ ...refusal, status: 404 }).data.details.reference).toBe('registry.example/team/disk:v1')
  expect(refusalError({ ...refusal, status: 404, path: 'blobs/sha256:ab' }).data.details.reference).toBe(
    'registry.example/team/disk@sha256:ab',
  )
  expect(refusalError({ ...refusal, status: 404, path: 'tags/list' }).data.details.reference).toBe('registry.example/team/disk')
  expect(refusalError({ ...refusal, status: 403, isWriting: true }).data.details.what).toBe('to write to registry.example/team/disk')
  expect(refusalError({ ...refusal, status: 503, retryAfter: 60 }).data).toMatchObject({
    code: 'registry-busy',
    details: { status: 503, seconds: 60 },
  })
  expect(refusalError({ ...refusal, status: 502 }).data).toMatchObject({ code: 'registry-failed', details: { reason: 'It answered 502' } })
})

test.each([
  'Client sent an HTTP request to an HTTPS server.\n',
  '<html><center>The plain HTTP request was sent to HTTPS port</center></html>',
])('plain HTTP was wrong: %j', (body) => {
  const { code, details } = refusalError({ ...refusal, status: 400, body }).data
  expect(code).toBe('registry-failed')
  expect(details).toMatchObject({ reason: 'It speaks TLS, and was asked without', next: 'Leave out what asks for plain HTTP.' })
})

test('what signs in is never shown', () => {
  const error = refusalError({ ...refusal, status: 401, user: 'ada', body: '{"message":"bad password hunter2"}', secrets: ['', 'hunter2'] })
  expect(error.data).toMatchObject({ code: 'sign-in-needed', details: { user: 'ada', message: 'bad password …' } })
})
