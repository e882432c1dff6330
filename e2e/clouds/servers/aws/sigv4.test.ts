import { expect, test } from 'vitest'
import { type SignedRequest, verify } from './sigv4.js'

// "AWS Signature Version 4 test suite": the key, the time and the region are the same in all of its requests.
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const NOW = Date.UTC(2015, 7, 30, 12, 36, 0)

function signed(method: string, target: string, signature: string, changes: Partial<SignedRequest> = {}): SignedRequest {
  const credential = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request'
  return {
    method,
    target,
    body: Buffer.alloc(0),
    ...changes,
    headers: {
      host: 'example.amazonaws.com',
      'x-amz-date': '20150830T123600Z',
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host;x-amz-date, Signature=${signature}`,
      ...changes.headers,
    },
  }
}

function check(request: SignedRequest, now = NOW): string {
  const secretOf = (key: string): string | undefined => (key === 'AKIDEXAMPLE' ? SECRET : undefined)
  const verdict = verify(request, { secretOf, now, mayLeaveBodyUnsigned: () => false })
  return verdict.ok ? 'ok' : verdict.reason
}

const VANILLA = '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'

test.for([
  ['get-vanilla', 'GET', '/', VANILLA],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    '/?Param2=value2&Param1=value1',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
] as const)('%s of the test suite is taken', ([, method, target, signature]) => {
  expect(check(signed(method, target, signature))).toBe('ok')
})

test('the ListUsers request of the user guide is taken', () => {
  const request: SignedRequest = {
    method: 'GET',
    target: '/?Action=ListUsers&Version=2010-05-08',
    body: Buffer.alloc(0),
    headers: {
      host: 'iam.amazonaws.com',
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      'x-amz-date': '20150830T123600Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    },
  }
  expect(check(request)).toBe('ok')
})

test.for([
  ['another method', signed('PUT', '/', VANILLA), 'mismatch'],
  ['another path', signed('GET', '/other', VANILLA), 'mismatch'],
  ['another query', signed('GET', '/?a=b', VANILLA), 'mismatch'],
  ['another body', signed('GET', '/', VANILLA, { body: Buffer.from('x') }), 'mismatch'],
  ['another host', signed('GET', '/', VANILLA, { headers: { host: 'example.org' } }), 'mismatch'],
  ['a header of the service that is not signed', signed('GET', '/', VANILLA, { headers: { 'x-amz-target': 'x' } }), 'unsigned-header'],
  ['another digit', signed('GET', '/', VANILLA.replace('5fa', '5fb')), 'mismatch'],
  ['no signature', signed('GET', '/', VANILLA, { headers: { authorization: '' } }), 'missing'],
] as const)('%s is refused', ([, request, reason]) => {
  expect(check(request)).toBe(reason)
})

test('what was signed more than five minutes ago, or ahead, is refused', () => {
  expect(check(signed('GET', '/', VANILLA), NOW + 301_000)).toBe('skewed')
  expect(check(signed('GET', '/', VANILLA), NOW - 301_000)).toBe('skewed')
  expect(check(signed('GET', '/', VANILLA), NOW + 299_000)).toBe('ok')
})
