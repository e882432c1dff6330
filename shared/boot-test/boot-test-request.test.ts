import { expect, test } from 'vitest'
import { bootTestInputSchema, firstBootFiles, hideFirstBoot } from './boot-test-request.js'

test('what is left out is filled in', () => {
  expect(bootTestInputSchema.parse({ source: '/a.raw' })).toMatchObject({
    edits: [],
    machine: { firmware: 'auto', accelerator: 'auto', network: 'none', cpus: 2 },
    expect: { ready: ['login'], timeoutSeconds: 600, restarts: 3 },
    screenshot: true,
  })
})

test.each([
  [{ expect: { patterns: ['('] } }],
  [{ expect: { ready: ['nothing'] } }],
  [{ machine: { cpu: 'max -device evil' } }],
  [{ machine: { memoryBytes: 1 } }],
  [{ append: [''] }],
])('%j is refused', (more) => {
  expect(bootTestInputSchema.safeParse({ source: '/a.raw', ...more }).success).toBe(false)
})

test('records hold no configuration of a first boot, but the names of its files', () => {
  const request = bootTestInputSchema.parse({
    source: '/a.raw',
    seed: { cloudInit: { userData: { text: 'password: secret' }, metaData: { file: '/meta' } }, ignition: { text: 'secret' } },
    metadata: { service: 'aws', userData: { text: 'secret' } },
  })
  const hidden = hideFirstBoot(request)
  expect(JSON.stringify(hidden)).not.toContain('secret')
  expect(hidden).toMatchObject({ source: '/a.raw', seed: { cloudInit: { metaData: { file: '/meta' } } }, metadata: { service: 'aws' } })
  expect(firstBootFiles({ ...request, metadata: { sshKeys: [], user: 'core', userData: { file: '/user' } } })).toEqual(['/meta', '/user'])
  expect(firstBootFiles({})).toEqual([])
})

test.each([
  [{ hostname: 'two words' }],
  [{ hostname: '-a' }],
  [{ sshKeys: ['ssh-ed25519 AAAA\nssh-rsa BBBB'] }],
  [{ sshKeys: ['-----BEGIN OPENSSH PRIVATE KEY-----', 'b3BlbnNzaA'] }],
  [{ instanceId: '../etc' }],
  [{ service: 'nowhere' }],
])('metadata with %j is refused', (metadata) => {
  expect(bootTestInputSchema.safeParse({ source: '/a.raw', metadata }).success).toBe(false)
})
