import { expect, test } from 'vitest'
import { bootTestInputSchema, hideSeed, seedFiles } from './boot-test-request.js'

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
  const seed = { cloudInit: { userData: { text: 'password: secret' }, metaData: { file: '/meta' } }, ignition: { text: 'secret' } }
  expect(JSON.stringify(hideSeed(seed))).not.toContain('secret')
  expect(hideSeed(seed)).toMatchObject({ cloudInit: { metaData: { file: '/meta' } } })
  expect(seedFiles(seed)).toEqual(['/meta'])
})
