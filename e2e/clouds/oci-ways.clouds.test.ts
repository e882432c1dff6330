import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createOciProvider } from '#core/clouds/oci/oci-provider'
import type { FieldValues } from '#shared/clouds/field'
import type { SourceFacts } from '#shared/clouds/source-facts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBench } from '../core/workbench.js'
import { leftAt, makeAccount, type OciAccount, writeProfile, writeSession } from './oci-account.js'
import { ociModelProblem } from './oci-models.js'
import { cleanUp, cloudContext, fullValues, type Outcome, runUpload, type UploadOptions, type UploadScene } from './run-upload.js'
import { readImageFile } from './servers/oci/image-file.js'
import { type OciServer, startOciServer } from './servers/oci-server.js'
import { factsOf, makeTestDisk } from './test-disk.js'

const provider = createOciProvider({ firstMs: 1, maxMs: 5, timeoutMs: 60_000 })

let folder: string
let server: OciServer
let account: OciAccount
let rounds = 0

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-oci-ways-'))
  server = await startOciServer({ checkBody: ociModelProblem })
  account = makeAccount(server)
  server.addBucket('images')
})
afterEach(async () => {
  await server.stop()
  await fs.rm(folder, { recursive: true, force: true })
})

/** A bare qcow2 of next to nothing: what these tests are about comes after it was sent. */
async function newScene(values: FieldValues = {}, facts: Partial<SourceFacts> = {}): Promise<UploadScene> {
  const own = path.join(folder, `r${++rounds}`)
  const home = path.join(own, 'home')
  await fs.mkdir(home, { recursive: true })
  await writeProfile(home, server, account)
  const disk = await makeTestDisk(path.join(own, 'disk.raw'), { mib: 1, islands: [[0, 4096]] })
  const file = path.join(own, 'disk.qcow2')
  await fs.writeFile(file, bareQcow2(1024 ** 2))
  const chosen = { compartment: 'dev/images', bucket: 'images', name: 'ock', object: 'ock.qcow2', format: 'qcow2', endpoint: server.url }
  return {
    folder: path.join(own, 'upload'),
    values: { ...chosen, ...values },
    facts: await factsOf(disk, facts),
    disk,
    file,
    env: { HOME: home },
  }
}

/** A header of version 3 alone (QEMU, docs/interop/qcow2.rst). */
function bareQcow2(virtualBytes: number): Buffer {
  const bytes = Buffer.alloc(64 * 1024, 1)
  bytes.write('QFI\xfb', 0, 'latin1')
  bytes.writeUInt32BE(3, 4)
  bytes.writeBigUInt64BE(0n, 8)
  bytes.writeBigUInt64BE(BigInt(virtualBytes), 24)
  return bytes
}

const run = (scene: UploadScene, options: UploadOptions = {}): Promise<Outcome> => runUpload(provider, scene, options)

async function preflight(scene: UploadScene): Promise<Record<string, string>> {
  const rows = await provider.preflight(await cloudContext(scene), fullValues(provider, scene), scene.facts)
  return Object.fromEntries(rows.map(({ code, state }) => [code, state]))
}

test('a bare disk for Arm gets its firmware by a schema and its shapes, those of Intel are taken away', async () => {
  server.controls.looks = 3
  const { error, result, steps, fractions } = await run(await newScene({}, { architecture: 'aarch64' }))
  expect(error?.data).toBeUndefined()
  expect(steps).toEqual(['upload', 'import', 'settings', 'tidy'])
  const [image] = server.images()
  expect(image).toMatchObject({
    firmware: 'UEFI_64',
    launchMode: 'PARAVIRTUALIZED',
    operatingSystem: 'Example Linux',
    operatingSystemVersion: '1.2',
  })
  expect([...(image?.shapes ?? [])]).toEqual(['VM.Standard.A1.Flex', 'VM.Standard.A2.Flex'])
  expect(fractions.import?.at(-1)).toBe(1)
  expect(result?.resources[0]).toMatchObject({
    kind: 'image',
    id: image?.id,
    url: `https://cloud.oracle.com/compute/images/${image?.id}?region=eu-frankfurt-1`,
  })
  expect(result?.next.at(-1)?.command).toContain(`--image-id ${image?.id} --shape VM.Standard.A1.Flex`)
  expect(leftAt(server)).toEqual(['image ock'])
})

test('federated users get a pre-authenticated link by themselves; it is gone afterwards and was written down nowhere', async () => {
  server.controls.federated = true
  const scene = await newScene()
  const { error, lines } = await run(scene)
  expect(error?.data).toBeUndefined()
  expect(server.requests.filter((one) => one.startsWith('POST /n/examplespace/b/images/p'))).toHaveLength(1)
  expect(leftAt(server)).toEqual(['image ock'])
  const written = await fs.readFile(path.join(scene.folder, 'journal.jsonl'), 'utf8')
  expect(written + lines.join('\n')).not.toContain('/p/')
  const refused = await run(await newScene({ route: 'object' }))
  expect(refused.error?.code).toBe('cloud-refused')
  expect(refused.error?.data.details.reason).toContain('Invalid bucketName')
})

test.for(['FAILED', 'CANCELED'] as const)(
  'an import that ends as %s is told in its own words, and the next try makes another image',
  async (status) => {
    server.controls.outcome = { status, errors: [{ code: 'UnsupportedImage', message: 'the disk has no partition table' }] }
    const scene = await newScene({ keepObject: true })
    const first = await run(scene)
    expect(first.error?.code).toBe('upload-incomplete')
    if (status === 'FAILED') expect(first.error?.data.details.reason).toContain('the disk has no partition table')
    server.controls.outcome = { status: 'SUCCEEDED', errors: [] }
    const parts = server.receivedBytes()
    expect((await run(scene)).error?.data).toBeUndefined()
    expect(server.receivedBytes()).toBe(parts)
    expect(leftAt(server)).toEqual(['object ock.qcow2 in images', 'image ock'])
    expect(await cleanUp(provider, scene)).toEqual([])
    expect(leftAt(server)).toEqual([])
  },
)

test('an answer that was lost is found again: the commit, and the import', async () => {
  const scene = await newScene()
  server.faults.push({ when: /^GET \/20160918\/workRequests/, times: 100, answer: { status: 400, code: 'InvalidParameter' } })
  expect((await run(scene)).error?.code).toBe('cloud-refused')
  // As after a kill between the answer and the line about it.
  const journal = path.join(scene.folder, 'journal.jsonl')
  const lines = (await fs.readFile(journal, 'utf8')).split('\n').filter((line) => !/"oci\.(image|stored)"|"kind":"image"/.test(line))
  await fs.writeFile(journal, lines.join('\n'))
  server.faults.length = 0
  const [first] = server.images()
  if (first !== undefined) first.lifecycleState = 'AVAILABLE'
  const { error, result } = await run(scene)
  expect(error?.data).toBeUndefined()
  expect(result?.resources[0]?.id).toBe(first?.id)
  expect(server.images()).toHaveLength(1)
})

test('a bucket is created when asked, and goes with the rest when nothing else is in it', async () => {
  const scene = await newScene({ bucket: 'fresh', createBucket: true, keepObject: true })
  expect(await preflight(scene)).toMatchObject({ 'oci-bucket': 'ok' })
  expect((await run(scene)).error?.data).toBeUndefined()
  expect(server.state.buckets.get('fresh')?.compartmentId).toBe(server.compartment)
  expect(await cleanUp(provider, scene)).toEqual([])
  expect([...server.state.buckets.keys()]).toEqual(['images'])
})

test('the checks say what stands in the way', async () => {
  const fine = {
    'oci-credentials': 'ok',
    'oci-clock': 'ok',
    'oci-compartment': 'ok',
    'oci-bucket': 'ok',
    'oci-object': 'ok',
    'oci-image-name': 'ok',
    'oci-quota': 'ok',
  }
  expect(await preflight(await newScene())).toEqual(fine)
  expect(await preflight(await newScene({ compartment: 'dev/none' }))).toMatchObject({ 'oci-compartment': 'error' })
  expect(await preflight(await newScene({ bucket: 'none' }))).toMatchObject({ 'oci-bucket': 'error' })
  server.state.buckets.get('images')?.objects.set('ock.qcow2', { bytes: Buffer.from('x'), md5: 'x', isMultipart: false })
  expect(await preflight(await newScene())).toMatchObject({ 'oci-object': 'error' })
  server.controls.maxImages = 0
  expect(await preflight(await newScene())).toMatchObject({ 'oci-quota': 'error' })
  server.controls.hasLimits = false
  expect(await preflight(await newScene())).toMatchObject({ 'oci-quota': 'info' })
  server.controls.clockAheadMs = 200_000
  expect(await preflight(await newScene())).toMatchObject({ 'oci-clock': 'warning' })
  server.controls.clockAheadMs = 400_000
  expect(await preflight(await newScene())).toEqual({ 'oci-credentials': 'error' })
  expect((await run(await newScene())).error?.code).toBe('clock-skewed')
})

test('lists are read to their last page', async () => {
  const scene = await newScene()
  const ctx = await cloudContext(scene)
  const choices = async (field: string) => (await provider.choices(ctx, field, scene.values, null)).map(({ label }) => label)
  expect(await choices('compartment')).toEqual(['/', 'dev', 'dev/images', 'lab', 'ops'])
  for (const name of ['a', 'b', 'c']) server.addBucket(name)
  expect(await choices('bucket')).toEqual(['images', 'a', 'b', 'c'])
  expect(await choices('region')).toEqual(['eu-frankfurt-1'])
})

test('sessions sign as well; one that has ended is told before anything is asked', async () => {
  const scene = await newScene({ profile: 'work' })
  const home = scene.env.HOME ?? ''
  const token = await writeSession(home, server, account, 'work', Math.floor(Date.now() / 1000) + 3600)
  await writeSession(home, server, account, 'old', Math.floor(Date.now() / 1000) - 60)
  const accounts = await provider.accounts(await cloudContext(scene))
  expect(accounts.map(({ values, problem }) => [values.profile, problem === null])).toEqual([
    ['DEFAULT', true],
    ['work', true],
    ['old', false],
  ])
  const { error, lines } = await run(scene)
  expect(error?.data).toBeUndefined()
  expect(lines.join('\n')).not.toContain(token)
  const ended = await run(await sceneOf(scene, 'old'))
  expect(ended.error?.code).toBe('sign-in-expired')
  expect(ended.error?.data.details.next).toContain('oci session authenticate --profile-name old')
})

async function sceneOf(scene: UploadScene, profile: string): Promise<UploadScene> {
  return { ...scene, folder: `${scene.folder}-${profile}`, values: { ...scene.values, profile, object: `${profile}.qcow2` } }
}

test('the archive that the conversion workbench writes is one that an import takes, with its firmware', async () => {
  const bench = await openBench()
  try {
    const source = await bench.copy('systemd-boot')
    const output = path.join(bench.folder, 'mini.oci')
    const target = { format: 'qcow2', subformat: 'v3', container: 'oci', artifact: 'oci-archive', verify: false } as const
    await bench.succeed({ kind: 'convert-image', input: { source, output, ...target } })
    expect(readImageFile(await fs.readFile(output), undefined)).toMatchObject({ problem: null, firmware: 'UEFI_64' })
  } finally {
    await bench.close()
  }
})

test('an archive says what was chosen: firmware, shapes, system; no copy of the disk is made for it', async () => {
  const values = {
    format: 'archive',
    object: 'ock.oci',
    keepObject: true,
    shapes: ['VM.Standard.A4.Flex'],
    os: 'Our Linux',
    osVersion: '9',
  }
  const { error, result } = await run(await newScene(values, { architecture: 'aarch64' }))
  expect(error?.data).toBeUndefined()
  expect(server.images()[0]).toMatchObject({ firmware: 'UEFI_64', operatingSystem: 'Our Linux' })
  expect([...(server.images()[0]?.shapes ?? [])]).toEqual(['VM.Standard.A4.Flex'])
  const bytes = server.state.buckets.get('images')?.objects.get('ock.oci')?.bytes ?? Buffer.alloc(0)
  expect(bytes.length % 512).toBe(0)
  expect(result?.sentBytes).toBe(bytes.length)
  const bios = await run(await newScene({ ...values, name: 'old', object: 'old.oci', firmware: 'BIOS' }))
  expect(bios.error?.data).toBeUndefined()
  expect(server.images()[1]).toMatchObject({ firmware: 'BIOS' })
})
