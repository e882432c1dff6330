import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLogger } from '#core/log/logger'
import { createSignInStore } from '#core/registry/create-sign-in-store'
import { openRegistry } from '#core/registry/open-registry'
import type { SignInStore } from '#core/registry/sign-in-store'
import { imageOf, layerOf } from './container-image.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { BARE_ENV } from './registry-access.js'
import { failureOf } from './workbench.js'

const SECRET = 'MARKER-9c1f'

let registry: TestRegistry
let folder: string

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-sign-in-'))
  registry = await startRegistry({ users: { ada: SECRET } })
  await registry.push('team/disk', 'v1', imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: 'a disk' }])] }))
})

afterAll(async () => {
  await registry.stop()
  await fs.rm(folder, { recursive: true, force: true })
})

function storeOf(authFile: string): SignInStore {
  return createSignInStore({ host: { env: { ...BARE_ENV, REGISTRY_AUTH_FILE: authFile }, signal: undefined }, secrets: null })
}

async function statusOf(signIns: SignInStore): Promise<number> {
  const place = { registry: registry.registry, repository: '', purpose: 'pull' as const, access: { plainHttp: true } }
  const session = await openRegistry({ host: { env: BARE_ENV, log: silentLogger, signal: undefined }, signIns }, place)
  try {
    const response = await session.request({ method: 'GET', path: '' })
    await response.discard()
    return response.status
  } finally {
    await session.close()
  }
}

test('what skopeo signs in with is found', async () => {
  const authFile = path.join(folder, 'by-skopeo.json')
  expect((await failureOf(statusOf(storeOf(authFile)))).code).toBe('sign-in-needed')
  const args = ['login', '--tls-verify=false', '--authfile', authFile, '--username', 'ada', '--password-stdin', registry.registry]
  execFileSync('skopeo', args, { input: SECRET, stdio: ['pipe', 'ignore', 'pipe'] })
  expect(await statusOf(storeOf(authFile))).toBe(200)
  await storeOf(authFile).forget(registry.registry)
  expect((await failureOf(statusOf(storeOf(authFile)))).code).toBe('sign-in-needed')
})

test('what is kept in an auth file signs in skopeo', async () => {
  const authFile = path.join(folder, 'by-us.json')
  const signIns = storeOf(authFile)
  await signIns.keep(registry.registry, { user: 'ada', secret: SECRET, isToken: false }, 'auth-file')
  const args = ['inspect', '--raw', '--tls-verify=false', '--authfile', authFile, `docker://${registry.registry}/team/disk:v1`]
  expect(JSON.parse(execFileSync('skopeo', args, { encoding: 'utf8' }))).toMatchObject({ schemaVersion: 2 })
  expect(await statusOf(signIns)).toBe(200)
})
