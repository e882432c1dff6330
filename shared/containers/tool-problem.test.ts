import { expect, test } from 'vitest'
import { AppError } from '../errors/app-error'
import { containerToolProblem, explainToolFailure } from './tool-problem'

/** Pasted from podman 4.3.1 and skopeo 1.9.3. */
const SAID: readonly (readonly [string, string])[] = [
  [
    'Error: initializing source docker://127.0.0.1:1/x:y: pinging container registry 127.0.0.1:1: Get "https://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
    'registry-unreachable',
  ],
  [
    'time="2026-01-01T00:00:00Z" level=fatal msg="initializing source docker://h/x:y: pinging container registry h: Get \\"https://h/v2/\\": socks connect tcp 127.0.0.1:1080->h:443: username/password authentication failed"',
    'registry-unreachable',
  ],
  [
    'time="2026-01-01T00:00:00Z" level=fatal msg="Error parsing image name \\"docker://127.0.0.1:5/a\\": pinging container registry 127.0.0.1:5: Get \\"https://127.0.0.1:5/v2/\\": http: server gave HTTP response to HTTPS client"',
    'registry-plain-http',
  ],
  ['Error: initializing source docker://h/a:1: reading manifest 1 in h/a: unauthorized: authentication required', 'sign-in-needed'],
  ['Error: initializing source docker://h/a:1: reading manifest 1 in h/a: manifest unknown: manifest unknown', 'container-not-found'],
  ['Error: Source image rejected: Running image docker://h/a:1 is rejected by policy.', 'container-refused'],
  [
    'Error: writing blob: storing blob to file "/var/tmp/storage1/1": Digest did not match, expected sha256:aa, got sha256:bb',
    'blob-mismatch',
  ],
  [
    'Error: copying system image from manifest list: writing blob: storing blob to file "/var/tmp/storage1/1": write /var/tmp/storage1/1: no space left on device',
    'no-space',
  ],
  [
    'Error: choosing an image from manifest list docker://h/a:1: no image found in manifest list for architecture arm64, variant "v8", OS linux',
    'platform-not-found',
  ],
  [
    'Error: initializing source docker://h/a:1: pinging container registry h: invalid status code from registry 500 (Internal Server Error)',
    'registry-failed',
  ],
]

test.each(SAID)('%s', (stderr, code) => {
  expect(containerToolProblem(`Trying to pull h/a:1...\n${stderr}`, 'h')).toMatchObject({ code, details: { registry: 'h' } })
})

test('the reason is what the last error says, without the marks of the program', () => {
  const stderr = 'time="x" level=warning msg="Failed, retrying"\ntime="x" level=fatal msg="a \\"b\\": connection refused"'
  expect(containerToolProblem(stderr, null)).toEqual({ code: 'registry-unreachable', details: { reason: 'a "b": connection refused' } })
})

test('what is not known stays a failure of the tool', () => {
  const failure = new AppError('tool-failed', { details: { tool: 'podman' }, toolOutput: 'Error: something new' })
  expect(explainToolFailure(failure, 'h')).toBe(failure)
  expect(explainToolFailure(new AppError('cancelled', { toolOutput: 'connection refused' }), 'h')).toMatchObject({ code: 'cancelled' })
})
