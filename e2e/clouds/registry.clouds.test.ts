import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import http from 'node:http'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { FieldValues } from '#shared/clouds/field'
import type { UploadPlan, UploadResult } from '#shared/clouds/upload-plan'
import type { Edit } from '#shared/edits/edit'
import type { Job } from '#shared/jobs/job'
import { startRegistry, type TestRegistry } from '../core/registry.js'
import { openBench, type TestBench } from '../core/workbench.js'
import { openGate } from './fixtures/gate.js'
import { MIB } from './test-disk.js'

const PASSWORD = 'MARKER-of-the-registry'

let open: TestRegistry
let closed: TestRegistry
let bench: TestBench
let env: NodeJS.ProcessEnv
let disk: string
beforeAll(async () => {
  ;[open, closed] = await Promise.all([startRegistry(), startRegistry({ users: { me: PASSWORD }, tls: 'own-ca' })])
  const home = await fs.mkdtemp(path.join(open.folder, 'home-'))
  const nothing = { HOME: home, XDG_RUNTIME_DIR: home, CONTAINERS_REGISTRIES_CONF: '/dev/null' }
  env = { PATH: process.env.PATH, ...nothing, REGISTRY_PASSWORD: PASSWORD, WRONG_PASSWORD: 'not-it' }
  bench = await openBench(env)
  disk = await bench.copy('ock')
})
afterAll(async () => {
  await bench.close()
  await Promise.all([open.stop(), closed.stop()])
})

const at = (repository: string, more: FieldValues = {}): FieldValues => ({
  registry: open.registry,
  repository,
  tag: 'v1',
  plainHttp: true,
  ...more,
})

const behindTls = (more: FieldValues = {}): FieldValues => ({
  registry: closed.registry,
  repository: 'team/closed',
  ca: closed.caFile ?? '',
  user: 'me',
  password: 'env:REGISTRY_PASSWORD',
  ...more,
})

async function plan(values: FieldValues, file = disk): Promise<UploadPlan> {
  const facts = await bench.core.clouds.facts(file)
  return bench.core.clouds.plan({ provider: 'registry', facts, values })
}

async function rowsOf(values: FieldValues, file = disk): Promise<string[]> {
  return (await plan(values, file)).checks.map(({ code, state }) => `${code} ${state}`)
}

async function upload(values: FieldValues, file = disk, edits: Edit[] = []): Promise<Job> {
  const facts = await bench.core.clouds.facts(file, { edits })
  return bench.run({ kind: 'upload-image', input: { upload: randomUUID(), provider: 'registry', facts, values, edits } })
}

async function sent(values: FieldValues, file = disk, edits: Edit[] = []): Promise<UploadResult> {
  const job = await upload(values, file, edits)
  expect(job.error).toBeNull()
  expect(job).toMatchObject({ state: 'succeeded', phase: 'ready', progress: 1 })
  if (!job.output?.upload) throw new Error('the upload has no result')
  return job.output.upload
}

/** By the registry itself, as anybody would ask it. */
async function ask(registry: TestRegistry, where: string): Promise<Buffer> {
  const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json'
  return new Promise((resolve, reject) => {
    http
      .get(`${registry.url}/v2/${where}`, { headers: { accept }, agent: false }, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('end', () => resolve(Buffer.concat(pieces)))
      })
      .on('error', reject)
  })
}

interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string; readonly size: number; readonly mediaType: string }[]
}

async function manifestOf(repository: string): Promise<Manifest> {
  return JSON.parse((await ask(open, `${repository}/manifests/v1`)).toString()) as Manifest
}

async function unpacked(repository: string, digest: string): Promise<{ names: string[]; content: Buffer }> {
  const layer = await ask(open, `${repository}/blobs/${digest}`)
  const names = execFileSync('tar', ['-tf', '-'], { input: layer }).toString().trim().split('\n')
  const file = names.find((name) => !name.endsWith('/')) ?? ''
  return { names, content: execFileSync('tar', ['-xOf', '-', file], { input: layer, maxBuffer: 512 * MIB }) }
}

test('a containerDisk: the bytes of the disk, by a name that is free and then taken', async () => {
  expect(await rowsOf(at('vms/web'))).toEqual(['plain-http warning', 'credentials ok', 'permission ok', 'conflict ok'])
  const result = await sent(at('vms/web'))
  const { layers } = await manifestOf('vms/web')
  const { names, content } = await unpacked('vms/web', layers[0]?.digest ?? '')
  expect(names.at(-1)).toBe('disk/ock.qcow2')
  expect(content.equals(await fs.readFile(disk))).toBe(true)
  expect(result).toMatchObject({
    verified: 'sha256',
    resources: [{ kind: 'container image', name: `${open.registry}/vms/web:v1` }],
    temporary: [],
  })
  expect(result.next.map(({ command }) => command).join('\n')).toMatch(/podman pull .*@sha256:[0-9a-f]{64}\nvolumes:\n.*containerDisk:/s)

  expect(await rowsOf(at('vms/web'))).toContain('conflict error')
  expect(await rowsOf(at('vms/web', { overwrite: true }))).toContain('conflict warning')
  expect((await upload(at('vms/web'))).error).toMatchObject({ code: 'cloud-conflict' })
  const again = await sent(at('vms/web', { overwrite: true }))
  expect([again.sentBytes, again.resources]).toEqual([0, result.resources])
})

test('a boot container of a disk that is retargeted on the way; the source stays as it is', async () => {
  const before = await fs.readFile(disk)
  await sent(at('vms/boot', { layout: 'boot-container' }), disk, [{ kind: 'retarget', platform: 'kubevirt' }])
  const { layers } = await manifestOf('vms/boot')
  const { names, content } = await unpacked('vms/boot', layers[0]?.digest ?? '')
  expect(names.at(-1)).toBe('disk/boot.qcow2')
  const taken = path.join(bench.folder, 'taken.qcow2')
  await fs.writeFile(taken, content)
  expect((await bench.core.inspect(taken)).ignitionPlatform).toBe('kubevirt')
  expect((await fs.readFile(disk)).equals(before)).toBe(true)
  // What was made to be sent is gone with the upload.
  expect(await fs.readdir(path.join(bench.core.dirs.cache, 'uploads')).catch(() => [])).toEqual([])
  expect(await fs.readdir(path.join(bench.core.dirs.state, 'uploads'))).toEqual([])
})

test('a container archive goes to a registry with its digests, and on to archives and folders of every kind', async () => {
  const archive = path.join(bench.folder, 'ock.tar')
  await sent({ place: 'oci-archive', target: archive, tag: 'v1' })
  expect(await bench.core.clouds.facts(archive)).toMatchObject({ kind: 'container', format: null })
  expect(await rowsOf(at('ock/ostree'), archive)).toEqual(['plain-http warning', 'credentials ok', 'permission ok', 'conflict ok'])
  const result = await sent(at('ock/ostree', { keepDigests: true }), archive)
  const { layers } = await manifestOf('ock/ostree')
  expect((await unpacked('ock/ostree', layers[0]?.digest ?? '')).content.equals(await fs.readFile(disk))).toBe(true)
  expect(result.resources[0]?.name).toBe(`${open.registry}/ock/ostree:v1`)

  const folder = path.join(bench.folder, 'as a folder')
  await sent({ place: 'dir', target: folder }, archive)
  expect(await fs.readdir(folder)).toContain('manifest.json')
  expect(await rowsOf({ place: 'dir', target: folder }, archive)).toEqual(['conflict error'])
  const docker = path.join(bench.folder, 'for-docker.tar')
  await sent({ place: 'docker-archive', target: docker }, archive)
  expect(execFileSync('tar', ['-tf', docker]).toString()).toContain('manifest.json')
  await sent(at('ock/from-folder'), folder)
  expect((await manifestOf('ock/from-folder')).layers).toEqual(layers)
})

test('a registry behind an authority of its own, with a sign-in; without these it says what is missing', async () => {
  const { ca: _ca, ...untrusted } = behindTls()
  const { user: _user, password: _password, ...nobody } = behindTls()
  expect(await rowsOf(untrusted)).toEqual(['registry-untrusted error'])
  expect(await rowsOf(nobody)).toEqual(['sign-in-needed error'])
  expect(await rowsOf(behindTls({ password: 'env:WRONG_PASSWORD' }))).toEqual(['sign-in-needed error'])
  const { checks } = await plan(behindTls())
  expect(checks.map(({ code, state }) => `${code} ${state}`)).toEqual(['credentials ok', 'permission ok', 'conflict ok'])
  const result = await sent(behindTls())
  expect(result.resources[0]?.id).toMatch(/^sha256:/)
  const records = await fs.readdir(bench.core.dirs.state, { recursive: true, withFileTypes: true })
  const files = records.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name))
  for (const file of files) expect(await fs.readFile(file, 'latin1')).not.toContain(PASSWORD)
})

test('a sign-in that is refused keeps what there is, and says how to go on', async () => {
  const job = await upload(behindTls({ password: 'env:WRONG_PASSWORD', tag: 'later' }))
  expect(job).toMatchObject({
    state: 'failed',
    phase: 'failed',
    error: { code: 'sign-in-needed', details: { upload: expect.any(String) } },
  })
  const [left] = await bench.core.clouds.openUploads()
  expect(left).toMatchObject({ provider: 'registry', remotes: [], finished: false })
  expect(await bench.core.clouds.cleanUp(left?.upload ?? '')).toEqual({ left: [] })
  expect(await bench.core.clouds.openUploads()).toEqual([])
})

test('tried again with other values, it is another upload: nothing of the first is gone on with', async () => {
  const id = randomUUID()
  const begin = async (values: FieldValues): Promise<Job> => {
    const facts = await bench.core.clouds.facts(disk)
    return bench.run({ kind: 'upload-image', input: { upload: id, provider: 'registry', facts, values } })
  }
  const wrong = behindTls({ password: 'env:WRONG_PASSWORD', repository: 'team/first' })
  expect((await begin(wrong)).error?.code).toBe('sign-in-needed')
  const other = { ...wrong, repository: 'team/second' }
  expect((await begin(other)).error?.code).toBe('sign-in-needed')
  expect((await bench.core.clouds.openUpload(id)).values).toEqual(other)
  expect((await begin(at('team/third'))).state).toBe('succeeded')
  expect(await bench.core.clouds.openUploads()).toEqual([])
})

test('where there is somebody to ask, it waits for the sign-in and goes on', async () => {
  const asked = await openBench(env, { asksUser: () => true })
  try {
    const facts = await asked.core.clouds.facts(disk)
    env.LATER_PASSWORD = 'not-it'
    const values = behindTls({ password: 'env:LATER_PASSWORD', repository: 'team/later' })
    const { id } = asked.core.jobs.start({ kind: 'upload-image', input: { upload: randomUUID(), provider: 'registry', facts, values } })
    await vi.waitFor(() => expect(asked.core.jobs.get(id).attention?.code).toBe('sign-in-needed'), { timeout: 60_000 })
    expect(asked.core.jobs.get(id)).toMatchObject({ state: 'running', paused: true, phase: 'needs sign-in' })
    env.LATER_PASSWORD = PASSWORD
    asked.core.jobs.resume([id])
    expect(await asked.core.jobs.wait(id)).toMatchObject({ state: 'succeeded', phase: 'ready', attention: null })
  } finally {
    await asked.close()
  }
})

test.each([
  ['it looks whether the name is free', 'GET /v2/'],
  ['it gives the name', 'PUT /v2/cancelled/boot/manifests/'],
])('cancelled when %s, nothing has a name there, and nothing is left here', async (_when, request) => {
  const gate = await openGate(open.port)
  try {
    const reached = gate.holdBefore(request, 1)
    const values = at('cancelled/boot', { registry: `127.0.0.1:${gate.port}` })
    const facts = await bench.core.clouds.facts(disk)
    const { id } = bench.core.jobs.start({ kind: 'upload-image', input: { upload: randomUUID(), provider: 'registry', facts, values } })
    await Promise.race([reached, bench.core.jobs.wait(id)])
    bench.core.jobs.cancel(id)
    expect((await bench.core.jobs.wait(id)).state).toBe('cancelled')
  } finally {
    await gate.close()
  }
  const tags = JSON.parse((await ask(open, 'cancelled/boot/tags/list')).toString()) as { tags?: unknown }
  expect(tags.tags ?? null).toBeNull()
  expect(await bench.core.clouds.openUploads()).toEqual([])
  expect(await fs.readdir(path.join(bench.core.dirs.state, 'uploads'))).toEqual([])
})
