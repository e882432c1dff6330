import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { azureProvider } from '#core/clouds/azure/azure-provider'
import type { FieldValues } from '#shared/clouds/field'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { AZURE, azureValues, azureVariables } from './azure-account.js'
import { type Azurite, startAzurite } from './fixtures/azurite.js'
import { makeAuthority, type OwnAuthority } from './fixtures/own-authority.js'
import { cleanUp, cloudContext, fullValues, runUpload, type UploadScene } from './run-upload.js'
import { type ArmServer, startArmServer } from './servers/arm-server.js'
import { factsOf, makeTestDisk, MIB, sha256 } from './test-disk.js'

let folder = ''
let azurite: Azurite
let authority: OwnAuthority
let server: ArmServer
let rounds = 0
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-azure-ways-'))
  ;[azurite, authority] = await Promise.all([startAzurite(), makeAuthority(path.join(folder, 'authority'))])
})
afterAll(async () => {
  await azurite.stop()
  await fs.rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  server = await startArmServer({ azurite: azurite.url, cert: authority.cert, key: authority.key, ...AZURE, secret: 'test-secret' })
})
afterEach(() => server.stop())

async function newScene(values: FieldValues = {}, mib = 24): Promise<UploadScene> {
  const own = path.join(folder, `r${++rounds}`)
  await fs.mkdir(own)
  const disk = await makeTestDisk(path.join(own, 'disk.raw'), {
    mib,
    islands: [
      [0, 128 * 1024],
      [MIB, 128 * 1024],
      [mib * MIB - 64 * 1024, 64 * 1024],
    ],
  })
  return {
    folder: path.join(own, 'upload'),
    values: {
      ...azureValues(server, authority.caFile),
      name: `disk-${rounds}`,
      target: 'disk',
      parallel: 2,
      ...values,
    },
    facts: await factsOf(disk),
    disk,
    env: { HOME: own, ...azureVariables('test-secret') },
  }
}

async function check(scene: UploadScene): Promise<string[]> {
  const rows = await azureProvider.preflight(await cloudContext(scene), fullValues(azureProvider, scene), scene.facts)
  return rows.map(({ code, state }) => `${code} ${state}`)
}

test('only pages that hold data are sent, and the footer; the disk is closed for writing', async () => {
  const scene = await newScene()
  const { result, error } = await runUpload(azureProvider, scene)
  expect(error?.data ?? null).toBeNull()
  expect(server.blobs.received).toBe(320 * 1024 + 512)
  expect(azureProvider.wireBytes?.(fullValues(azureProvider, scene), scene.facts)).toBe(server.blobs.received)
  expect(result).toMatchObject({ sentBytes: 320 * 1024 + 512, verified: 'md5', resources: [{ kind: 'disk' }] })
  const content = server.manager.content(result?.resources[0]?.id ?? '') ?? Buffer.alloc(0)
  expect(content.length).toBe(24 * MIB + 512)
  expect(sha256(content.subarray(0, scene.disk.bytes))).toBe(scene.disk.sha256)
  expect(server.blobs.grants.size).toBe(0)
  expect(await cleanUp(azureProvider, scene)).toEqual([])
  expect(server.manager.things()).toEqual([])
})

test('a small disk is made as large as Azure wants it', async () => {
  const { result, error } = await runUpload(azureProvider, await newScene({}, 2))
  expect(error?.data ?? null).toBeNull()
  expect(server.manager.content(result?.resources[0]?.id ?? '')?.length).toBe(20 * MIB + 512)
})

test('a signature that ends on the way is asked for again, without asking the user', async () => {
  let isCut = false
  const outcome = await runUpload(azureProvider, await newScene({ parallel: 1 }), {
    onBytes: (done) => {
      if (isCut || done === 0) return
      isCut = true
      server.blobs.grants.clear()
    },
  })
  expect(outcome.error?.data ?? null).toBeNull()
  expect(isCut).toBe(true)
  expect(outcome.signInsAsked).toBe(0)
})

test('a gallery and definition of others are used and left alone', async () => {
  const values = { target: 'gallery', gallery: 'shared', definition: 'linux' }
  const first = await newScene({ ...values, version: '1.0.0' })
  expect((await runUpload(azureProvider, first)).error?.data ?? null).toBeNull()
  const second = await newScene({ ...values, version: '1.0.1' })
  expect((await runUpload(azureProvider, second)).error?.data ?? null).toBeNull()
  expect(await cleanUp(azureProvider, second)).toEqual([])
  const names = server.manager.things().map((id) => id.split('/').at(-1))
  expect(names).toEqual(['shared', 'linux', '1.0.0'])
  expect(await check(await newScene({ ...values, version: '1.0.0' }))).toContain('conflict error')
  expect(await check(await newScene({ ...values, version: '1.0.2', generation: 'V1' }))).toContain('definition error')
})

test('a disk is made of a blob, and the blob stays where it is to be kept', async () => {
  await server.blobs.ask('PUT', 'own?restype=container')
  const scene = await newScene({ way: 'blob', account: 'store', container: 'own', keepBlob: true })
  const { result, error } = await runUpload(azureProvider, scene)
  expect(error?.data ?? null).toBeNull()
  expect(result?.resources.map(({ kind }) => kind)).toEqual(['disk'])
  expect(await server.blobs.blobs('own')).toHaveLength(1)
  const missing = await runUpload(azureProvider, await newScene({ way: 'blob', account: 'store', container: 'nowhere' }))
  expect(missing.error?.code).toBe('cloud-not-found')
})

test('before anything is sent: subscription, group, location, permission, names, quota', async () => {
  const rows = ['credentials ok', 'group ok', 'location ok', 'permission ok', 'conflict ok', 'quota ok']
  expect(await check(await newScene())).toEqual(rows)
  const wrong = await newScene({ resourceGroup: 'other', location: 'moon' })
  expect(await check(wrong)).toEqual(expect.arrayContaining(['group error', 'location error']))
  const scene = await newScene()
  const secret = { ...scene, env: { ...scene.env, AZURE_CLIENT_SECRET: 'wrong' } }
  expect(await check(secret)).toEqual(['credentials error'])
})

test('subscriptions, groups and locations are listed', async () => {
  const scene = await newScene()
  const ctx = await cloudContext(scene)
  const choices = async (field: string): Promise<string[]> =>
    (await azureProvider.choices(ctx, field, scene.values, null)).map(({ value }) => value)
  expect(await choices('subscription')).toEqual([AZURE.subscription])
  expect(await choices('resourceGroup')).toEqual(['images'])
  expect(await choices('location')).toEqual(['northeurope', 'westeurope'])
})

test('a server that an unknown authority signed is not trusted', async () => {
  const { ca: _ca, ...values } = (await newScene()).values
  const scene = { ...(await newScene()), values }
  expect((await runUpload(azureProvider, scene)).error?.code).toBe('cloud-untrusted')
  expect(await check({ ...scene, values: { ...values, authority: 'https://127.0.0.1:9' } })).toEqual(['credentials error'])
})
