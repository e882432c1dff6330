import { expect, test } from 'vitest'
import { fingerprintOf, type SignedRequest, signatureProblem } from './signature.js'

/** The sample key, requests and signatures of "Request Signatures" in Oracle's public documentation. */
const PUBLIC_KEY = `-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----
`
const KEY_ID =
  'ocid1.tenancy.oc1..aaaaaaaaba3pv6wkcr4jqae5f15p2b2m2yt2j6rx32uzr4h25vqstifsfdsq/ocid1.user.oc1..aaaaaaaat5nvwcna5j6aqzjcaty5eqbb6qt2jvpkanghtgdaqedqw3rynjq/20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34'
const HOST = 'iaas.us-phoenix-1.oraclecloud.com'
const DATE = 'Thu, 05 Jan 2014 21:31:40 GMT'
const COMPARTMENT = 'ocid1.compartment.oc1..aaaaaaaam3we6vgnherjq5q2idnccdflvjsnog7mlr6rtdb25gilchfeyjxa'

function authorization(headers: string, signature: string): string {
  return `Signature version="1",headers="${headers}",keyId="${KEY_ID}",algorithm="rsa-sha256",signature="${signature}"`
}

const GET: SignedRequest = {
  method: 'GET',
  target: `/20160918/instances?availabilityDomain=Pjwf%3A%20PHX-AD-1&compartmentId=${COMPARTMENT}&displayName=TeamXInstances&volumeId=ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q`,
  headers: {
    host: HOST,
    date: DATE,
    authorization: authorization(
      'date (request-target) host',
      'GBas7grhyrhSKHP6AVIj/h5/Vp8bd/peM79H9Wv8kjoaCivujVXlpbKLjMPeDUhxkFIWtTtLBj3sUzaFj34XE6YZAHc9r2DmE4pMwOAy/kiITcZxa1oHPOeRheC0jP2dqbTll8fmTZVwKZOKHYPtrLJIJQHJjNvxFWeHQjMaR7M=',
    ),
  },
  body: null,
}

const POST: SignedRequest = {
  method: 'POST',
  target: '/20160918/volumeAttachments',
  headers: {
    host: HOST,
    date: DATE,
    'content-type': 'application/json',
    'content-length': '316',
    'x-content-sha256': 'V9Z20UJTvkvpJ50flBzKE32+6m2zJjweHpDMX/U4Uy0=',
    authorization: authorization(
      'date (request-target) host content-length content-type x-content-sha256',
      'Mje8vIDPlwIHmD/cTDwRxE7HaAvBg16JnVcsuqaNRim23fFPgQfLoOOxae6WqKb1uPjYEl0qIdazWaBy/Ml8DRhqlocMwoSXv0fbukP8J5N80LCmzT/FFBvIvTB91XuXI3hYfP9Zt1l7S6ieVadHUfqBedWH0itrtPJBgKmrWso=',
    ),
  },
  body: Buffer.from(`{
    "compartmentId": "${COMPARTMENT}",
    "instanceId": "ocid1.instance.oc1.phx.abuw4ljrlsfiqw6vzzxb43vyypt4pkodawglp3wqxjqofakrwvou52gb6s5a",
    "volumeId": "ocid1.volume.oc1.phx.abyhqljrgvttnlx73nmrwfaux7kcvzfs3s66izvxf2h4lgvyndsdsnoiwr5q"
}`),
}

const check = { nowMs: Date.parse(DATE), key: (keyId: string) => (keyId === KEY_ID ? { publicKey: PUBLIC_KEY } : undefined) }

function changed(request: SignedRequest, headers: Record<string, string>): SignedRequest {
  return { ...request, headers: { ...request.headers, ...headers } }
}

test('the published samples hold', () => {
  expect(signatureProblem(GET, check)).toBeNull()
  expect(signatureProblem(POST, check)).toBeNull()
  expect(fingerprintOf(PUBLIC_KEY)).toBe('73:61:a2:21:67:e0:df:be:7e:4b:93:1e:15:98:a5:b7')
})

test('what was changed after signing does not hold', () => {
  const wrong = 'the signature does not hold'
  expect(signatureProblem({ ...GET, method: 'DELETE' }, check)).toBe(wrong)
  expect(signatureProblem({ ...GET, target: GET.target.replace('TeamX', 'TeamY') }, check)).toBe(wrong)
  expect(signatureProblem(changed(GET, { host: 'iaas.us-ashburn-1.oraclecloud.com' }), check)).toBe(wrong)
  expect(signatureProblem(changed(GET, { date: 'Thu, 05 Jan 2014 21:31:41 GMT' }), check)).toBe(wrong)
  expect(signatureProblem(changed(POST, { 'content-type': 'text/plain' }), check)).toBe(wrong)
  const flipped = GET.headers.authorization?.replace('GBas7g', 'GBas7h') ?? ''
  expect(signatureProblem(changed(GET, { authorization: flipped }), check)).toBe(wrong)
})

test('a body that was exchanged, with its digest or without, does not hold', () => {
  const other = Buffer.from((POST.body ?? Buffer.alloc(0)).toString().replace('instance', 'Instance'))
  expect(signatureProblem({ ...POST, body: other }, check)).toBe('the body is not the one that was signed')
  const digest = 'jRjTKaT8DzhL6lYFmmxhYvXtDwAbmGxdS8pLWbjQxs4='
  expect(signatureProblem(changed({ ...POST, body: other }, { 'x-content-sha256': digest }), check)).not.toBeNull()
})

test('what has to be signed has to be signed', () => {
  const without = (name: string): string => POST.headers.authorization?.replace(` ${name}`, '') ?? ''
  for (const name of ['host', 'content-length', 'content-type', 'x-content-sha256']) {
    expect(signatureProblem(changed(POST, { authorization: without(name) }), check)).toBe(`${name} is not signed`)
  }
  expect(signatureProblem(changed(GET, { authorization: GET.headers.authorization?.replace('date ', '') ?? '' }), check)).toBe(
    'date is not signed',
  )
  expect(signatureProblem(changed(GET, { authorization: 'Bearer x' }), check)).toBe('there is no Signature in the Authorization header')
  const algorithm = GET.headers.authorization?.replace('rsa-sha256', 'rsa-sha1') ?? ''
  expect(signatureProblem(changed(GET, { authorization: algorithm }), check)).toBe('the algorithm is not rsa-sha256')
})

test('clocks more than five minutes apart, unknown keys and sessions that have ended are refused', () => {
  expect(signatureProblem(GET, { ...check, nowMs: check.nowMs + 300_000 })).toBeNull()
  expect(signatureProblem(GET, { ...check, nowMs: check.nowMs + 300_001 })).toBe('the date is too far from now')
  expect(signatureProblem(GET, { ...check, nowMs: check.nowMs - 300_001 })).toBe('the date is too far from now')
  expect(signatureProblem(GET, { ...check, key: () => undefined })).toBe('the keyId is not known')
  const endsAt = check.nowMs / 1000
  expect(signatureProblem(GET, { ...check, key: () => ({ publicKey: PUBLIC_KEY, endsAt }) })).toBe('the session has ended')
  expect(signatureProblem(GET, { ...check, key: () => ({ publicKey: PUBLIC_KEY, endsAt: endsAt + 1 }) })).toBeNull()
})
