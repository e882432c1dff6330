import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { SignInStore } from '../../registry/sign-in-store.js'
import type { JobContext } from '../job-context.js'
import { toolAccess } from './tool-access.js'

test('a sign-in is given in a file of its own that goes away, however long the name of its registry is', async () => {
  const runtime = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-access-'))
  const deferred: (() => Promise<void> | void)[] = []
  const ctx = {
    jobId: 'job-1',
    host: { dirs: { runtime } },
    claim: () => () => {},
    defer: (work: () => Promise<void>) => void deferred.push(work),
  } as unknown as JobContext
  const signIns = { find: async () => ({ user: 'ada', secret: 'MARKER', isToken: false }) } as unknown as SignInStore
  const registry = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example:5000`
  const { authFile = '' } = await toolAccess(ctx, signIns, { registry, repository: 'team/disk' }, {})
  expect(fs.statSync(authFile).mode & 0o777).toBe(0o600)
  expect(fs.statSync(path.dirname(authFile)).mode & 0o777).toBe(0o700)
  expect(JSON.parse(fs.readFileSync(authFile, 'utf8'))).toEqual({
    auths: { [registry]: { auth: Buffer.from('ada:MARKER').toString('base64') } },
  })
  for (const work of deferred) await work()
  expect(fs.existsSync(authFile)).toBe(false)
  fs.rmSync(runtime, { recursive: true, force: true })
})
