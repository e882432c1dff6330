import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { awsProvider } from '#core/clouds/aws/aws-provider'
import type { FieldValues } from '#shared/clouds/field'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cleanUp, cloudContext, fullValues, runUpload, type UploadScene } from './run-upload.js'
import { BLOCK_BYTES } from './servers/aws/aws-state.js'
import { type AwsServer, startAwsServer } from './servers/aws-server.js'
import { factsOf, makeTestDisk, sha256 } from './test-disk.js'

let folder = ''
let server: AwsServer
let rounds = 0
beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-aws-ways-'))
  server = await startAwsServer({ keys: [{ id: 'AKIDTEST', secret: 'test-secret' }], buckets: ['images'] })
})
afterEach(async () => {
  await server.stop()
  await fs.rm(folder, { recursive: true, force: true })
})

/** Four blocks of 512 KiB that hold data, and a whole one of zeros that the map calls data. */
async function newScene(values: FieldValues = {}): Promise<UploadScene> {
  const own = path.join(folder, `r${++rounds}`)
  await fs.mkdir(own)
  const islands = [0, 2, 5, 7].map((index) => [index * BLOCK_BYTES + 1024, 4096] as const)
  const disk = await makeTestDisk(path.join(own, 'disk.raw'), { mib: 4, islands })
  const extents = [{ start: 0, length: disk.bytes, zero: false }]
  return {
    folder: path.join(own, 'upload'),
    values: { region: 'eu-central-1', name: `image ${rounds}`, parallel: 2, ...values },
    facts: await factsOf(disk),
    disk: { ...disk, extents },
    env: { HOME: own, AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 'test-secret', AWS_ENDPOINT_URL: server.url },
  }
}

async function check(scene: UploadScene): Promise<string[]> {
  const rows = await awsProvider.preflight(await cloudContext(scene), fullValues(awsProvider, scene), scene.facts)
  return rows.map(({ code, state }) => `${code} ${state}`)
}

test('blocks of zeros are not sent, also where nobody knew that they are', async () => {
  const scene = await newScene()
  const { result, error } = await runUpload(awsProvider, scene)
  expect(error?.data ?? null).toBeNull()
  expect(server.received()).toBe(4 * BLOCK_BYTES)
  expect(result).toMatchObject({ sentBytes: 4 * BLOCK_BYTES, skippedBytes: 4 * BLOCK_BYTES, verified: 'sha256' })
  const snapshot = result?.resources.find(({ kind }) => kind === 'snapshot')?.id ?? ''
  expect(sha256(server.state.content(snapshot, scene.disk.bytes))).toBe(scene.disk.sha256)
  expect(result?.next[0]?.command).toContain('aws --region eu-central-1 ec2 run-instances --image-id ami-')
})

test('what was chosen stands in the image', async () => {
  const scene = await newScene({
    bootMode: 'uefi',
    tpm: true,
    volumeSize: 8,
    rootDevice: '/dev/sda1',
    tags: { team: 'os' },
    shareWith: ['210987654321'],
  })
  expect((await runUpload(awsProvider, scene)).error?.data ?? null).toBeNull()
  const [image] = server.state.images.values()
  expect(image?.request).toMatchObject({
    BootMode: 'uefi',
    TpmSupport: 'v2.0',
    ImdsSupport: 'v2.0',
    EnaSupport: true,
    BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 8, VolumeType: 'gp3', DeleteOnTermination: true } }],
  })
  expect(image?.tags).toContainEqual({ Key: 'team', Value: 'os' })
  expect([...(image?.sharedWith ?? [])]).toEqual(['210987654321'])
  expect([...(server.state.snapshots.get(image?.snapshot ?? '')?.sharedWith ?? [])]).toEqual(['210987654321'])
})

test('a snapshot that is not known everywhere yet is waited for', async () => {
  server.state.slowSnapshots = 3
  expect((await runUpload(awsProvider, await newScene())).error?.data ?? null).toBeNull()
})

test('one that lapsed while the upload was paused is begun anew, and the old one is deleted', async () => {
  const scene = await newScene()
  const first = await runUpload(awsProvider, scene, { breakAt: { bytes: 2 * BLOCK_BYTES } })
  expect(first.error?.code).toBe('cancelled')
  const [lapsed] = server.state.snapshots.values()
  if (lapsed === undefined) throw new Error('nothing was begun')
  lapsed.state = 'error'
  const { error, result } = await runUpload(awsProvider, scene)
  expect(error?.data ?? null).toBeNull()
  expect(server.state.snapshots.has(lapsed.id)).toBe(false)
  const snapshot = result?.resources.find(({ kind }) => kind === 'snapshot')?.id ?? ''
  expect(sha256(server.state.content(snapshot, scene.disk.bytes))).toBe(scene.disk.sha256)
  expect(await cleanUp(awsProvider, scene)).toEqual([])
  expect(server.state.things()).toEqual([])
})

test('only what is no result is deleted when only that is asked for', async () => {
  const scene = await newScene({ method: 's3', bucket: 'images', format: 'RAW', keepObject: true })
  expect((await runUpload(awsProvider, scene)).error?.data ?? null).toBeNull()
  expect(await cleanUp(awsProvider, scene, 'temporary')).toEqual([])
  expect(server.objects.things()).toHaveLength(1)
  expect(server.state.images.size).toBe(1)
})

test('before anything is sent: the account, the clock, the region, the right, the name', async () => {
  expect(await check(await newScene())).toEqual([
    'credentials ok',
    'clock ok',
    'region ok',
    'permission ok',
    'permission-blocks info',
    'conflict ok',
    'quota ok',
    'quota ok',
  ])
  expect(await check(await newScene({ copyTo: ['ap-south-9'] }))).toContain('region error')
  const snapshot = server.state.addSnapshot({ region: 'eu-central-1', gib: 1, description: '', tags: [] }).id
  server.state.addImage({ region: 'eu-central-1', name: 'taken', request: {}, snapshot, tags: [] })
  expect(await check(await newScene({ name: 'taken' }))).toContain('conflict error')
})

test('what is foretold is what is sent, in blocks of the service', async () => {
  const { disk, ...scene } = await newScene()
  const askew = await makeTestDisk(disk.path, { mib: 16 })
  const facts = await factsOf(askew)
  const whole = { ...scene, disk: askew, facts }
  expect(facts.dataBytes).not.toBe((facts.dataUnits?.[1]?.units ?? 0) * BLOCK_BYTES)
  expect((await runUpload(awsProvider, whole)).error?.data ?? null).toBeNull()
  expect(server.received()).toBe(awsProvider.wireBytes?.(fullValues(awsProvider, whole), facts))
})

test('before anything is sent: how many snapshots and images there may be, in each region', async () => {
  const { state } = server
  const quotas = async (values: FieldValues = {}): Promise<[string, string][]> => {
    const scene = await newScene(values)
    const rows = await awsProvider.preflight(await cloudContext(scene), fullValues(awsProvider, scene), scene.facts)
    return rows.flatMap((row): [string, string][] => (row.code === 'quota' ? [[row.state, row.found]] : []))
  }
  for (let count = 0; count < 1001; count++) state.addSnapshot({ region: 'eu-central-1', gib: 1, description: '', tags: [] })
  expect(await quotas({ copyTo: ['eu-west-1'] })).toEqual([
    ['ok', '1001 of 100000 snapshots are there in eu-central-1'],
    ['ok', '0 of 50000 images are there in eu-central-1'],
    ['ok', '0 of 100000 snapshots are there in eu-west-1'],
    ['ok', '0 of 50000 images are there in eu-west-1'],
  ])
  state.quotas.set('ebs L-309BACF6', { name: 'Snapshots per Region', value: 1001, usual: false })
  expect((await quotas())[0]).toEqual(['error', '1001 of 1001 snapshots are there in eu-central-1'])
  state.quotas.set('ebs L-309BACF6', { name: 'Snapshots per Region', value: 1100, usual: false })
  expect((await quotas())[0]?.[0]).toBe('warning')
  state.mayAskQuotas = false
  const [row] = await quotas()
  expect(row).toEqual(['info', expect.stringMatching(/^This account may not ask .* \(servicequotas:GetServiceQuota\)$/)])
})

test('before an import: the bucket and the role', async () => {
  const values = { method: 's3', bucket: 'images' }
  expect(await check(await newScene(values))).toEqual(expect.arrayContaining(['bucket ok', 'role ok']))
  expect(await check(await newScene({ ...values, role: 'nobody' }))).toContain('role error')
  expect(await check(await newScene({ ...values, bucket: 'elsewhere' }))).toContain('bucket error')
})

test('a clock that is wrong is told with by how much, and a wrong secret as what it is', async () => {
  server.aheadMs = 3600_000
  const scene = await newScene()
  expect(await check(scene)).toEqual(['credentials error', 'clock error'])
  const { error } = await runUpload(awsProvider, scene)
  expect(error?.code).toBe('clock-skewed')
  server.aheadMs = 0
  const wrong = { ...scene, env: { ...scene.env, AWS_SECRET_ACCESS_KEY: 'another' } }
  expect(await check(wrong)).toEqual(['credentials error', 'clock ok'])
})

test('regions, buckets and profiles are listed', async () => {
  const scene = await newScene()
  await fs.mkdir(path.join(scene.env.HOME ?? '', '.aws'))
  await fs.writeFile(
    path.join(scene.env.HOME ?? '', '.aws/config'),
    '[profile work]\nregion = us-east-1\nrole_arn = arn:aws:iam::1:role/r\n',
  )
  const ctx = await cloudContext(scene)
  const choices = async (field: string): Promise<string[]> =>
    (await awsProvider.choices(ctx, field, scene.values, null)).map(({ value }) => value)
  expect(await choices('region')).toEqual(['eu-central-1', 'eu-west-1', 'us-east-1'])
  expect(await choices('bucket')).toEqual(['images'])
  expect(await choices('profile')).toEqual(['work'])
  expect((await awsProvider.accounts(ctx)).map(({ label, note }) => [label, note])).toEqual([
    ['Variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY', 'no region named'],
    ['Profile work', 'us-east-1 · role · arn:aws:iam::1:role/r'],
  ])
})
