import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { openstackProvider } from '#core/clouds/openstack/openstack-provider'
import type { FieldValues } from '#shared/clouds/field'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenStack, startOpenStack } from './fixtures/openstack.js'
import { cleanUp, cloudContext, fullValues, runUpload, type UploadScene } from './run-upload.js'
import { factsOf, makeTestDisk, sha256, type TestDisk } from './test-disk.js'

let stack: OpenStack
let folder = ''
let disk: TestDisk

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-openstack-ways-'))
  disk = await makeTestDisk(path.join(folder, 'disk.raw'), { mib: 16 })
  stack = await startOpenStack()
}, 600_000)
afterAll(async () => {
  await stack?.stop()
  await fs.rm(folder, { recursive: true, force: true })
})

/** Signed in with an application credential that was typed. */
async function sceneOf(values: FieldValues): Promise<UploadScene> {
  const home = await fs.mkdtemp(path.join(folder, 'home-'))
  const account = { authUrl: stack.authUrl, credentialId: stack.applicationCredential.id, credentialSecret: 'session:secret' }
  return {
    folder: path.join(home, 'upload'),
    disk,
    facts: await factsOf(disk),
    values: { ...account, ...values },
    env: { HOME: home },
    secrets: { secret: stack.applicationCredential.secret },
  }
}

test('the raw disk, straight: its properties come from the image, its sha512 is compared', async () => {
  const scene = await sceneOf({ name: 'raw', diskFormat: 'raw', tags: ['boot'], protected: true, properties: { hw_rng_model: 'virtio' } })
  const { error, result } = await runUpload(openstackProvider, scene)
  expect(error?.data ?? null).toBeNull()
  expect(result?.verified).toBe('sha512')
  const id = result?.resources[0]?.id ?? ''
  expect((await stack.listImages()).find((image) => image.id === id)).toMatchObject({
    status: 'active',
    disk_format: 'raw',
    visibility: 'private',
    protected: true,
    tags: ['boot'],
    architecture: 'x86_64',
    hw_firmware_type: 'uefi',
    hw_machine_type: 'q35',
    hw_rng_model: 'virtio',
    os_distro: 'example',
    os_version: '1.2',
  })
  expect(sha256(await stack.download(id))).toBe(disk.sha256)

  const again = await sceneOf({ name: 'raw', diskFormat: 'raw' })
  const rows = await openstackProvider.preflight(await cloudContext(again), fullValues(openstackProvider, again), again.facts)
  expect(rows.map(({ code, state }) => `${code} ${state}`)).toEqual(['credentials ok', 'name warning'])
  // What is protected is deleted all the same when it is ours to delete.
  expect(await cleanUp(openstackProvider, scene)).toEqual([])
  expect(await stack.listImages()).toEqual([])
})

test('staged and imported', async () => {
  const scene = await sceneOf({ name: 'imported', diskFormat: 'source', method: 'import' })
  const rows = await openstackProvider.preflight(await cloudContext(scene), fullValues(openstackProvider, scene), scene.facts)
  expect(rows.map(({ code, state }) => `${code} ${state}`)).toContain('method ok')
  const { error, result } = await runUpload(openstackProvider, scene)
  expect(error?.data ?? null).toBeNull()
  expect(sha256(await stack.download(result?.resources[0]?.id ?? ''))).toBe(disk.sha256)
  expect(await cleanUp(openstackProvider, scene)).toEqual([])
})

test('who may not make an image public is told before and during', async () => {
  const scene = await sceneOf({ name: 'public', diskFormat: 'source', visibility: 'public' })
  const rows = await openstackProvider.preflight(await cloudContext(scene), fullValues(openstackProvider, scene), scene.facts)
  expect(rows.map(({ code, state }) => `${code} ${state}`)).toContain('visibility warning')
  const { error } = await runUpload(openstackProvider, scene)
  expect(error?.code).toBe('cloud-denied')
  expect(await cleanUp(openstackProvider, scene)).toEqual([])
  expect(await stack.listImages()).toEqual([])
})

test('regions come from the catalogue, clouds from the environment', async () => {
  const scene = await sceneOf({})
  const context = await cloudContext(scene)
  expect((await openstackProvider.choices(context, 'region', scene.values, null)).map(({ value }) => value)).toEqual(['RegionOne'])
  const { user } = stack
  const env = { OS_AUTH_URL: stack.authUrl, OS_USERNAME: user.name, OS_PASSWORD: user.password, OS_PROJECT_NAME: user.project }
  const known = await cloudContext({ ...scene, env: { ...scene.env, ...env } })
  const [account] = await openstackProvider.accounts(known)
  expect(account).toMatchObject({ values: { cloud: 'envvars' }, problem: null })
  expect(JSON.stringify(account)).not.toContain(user.password)
  expect((await openstackProvider.choices(known, 'region', account?.values ?? {}, null)).map(({ value }) => value)).toEqual(['RegionOne'])
})
