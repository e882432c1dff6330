import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { killChild, nextMessage, runChild } from '#core/files/testing/run-child'
import { bundleForNode } from '#core/files/testing/bundle-for-node'
import { createRecovery } from '#core/jobs/recovery'
import { convertDefinition, convertRequest, makeFolders, makeRunner, makeStore } from '#core/jobs/testing/job-fixture'
import { silentLogger } from '#core/log/logger'
import { extractByPodman, openByPodman } from '#core/operations/containers/extract-by-podman'
import { podmanKeeper } from '#core/operations/containers/podman-keeper'
import type { PullRequest } from '#core/operations/containers/pull-for-job'
import { openStorageSource } from '#core/operations/containers/storage-source'
import type { JobContext } from '#core/operations/job-context'
import { createHost } from '#core/process/create-host'
import type { Host } from '#core/process/host'
import type { RegistryCredential, SignInStore } from '#core/registry/sign-in-store'
import { toAppError } from '#shared/errors/app-error'
import { parseReference } from '#shared/containers/reference'
import type { Job } from '#shared/jobs/job'
import { readManifest } from '#shared/containers/manifest'
import { type BuiltImage, imageOf, layerOf } from './container-image.js'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { failureOf } from './workbench.js'

const REFERENCE = 'containers-storage:localhost/disk:1'
/** A hole in the middle, as disks have them. */
const DISK = Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), randomBytes(200_000), Buffer.alloc(4 * 1024 * 1024), randomBytes(5000)])

const PATHS = [
  'disk/-dash.raw',
  '/disk/ünï cödé:1.raw',
  '/disk/inside',
  '/disk',
  '/disk/passwd',
  '/disk/up',
  '/out/passwd',
  '/../../../../etc/passwd',
  '/disk/none',
  '/disk/a\nb',
]

let storage: PodmanStorage
let image: BuiltImage
let folders: ReturnType<typeof makeFolders>
let host: Host
const before = { ...process.env }

beforeAll(async () => {
  storage = await openPodmanStorage()
  Object.assign(process.env, storage.env)
  image = imageOf({
    layers: [
      await layerOf([
        { name: 'disk/boot.qcow2', data: DISK },
        { name: 'disk/-dash.raw', data: 'dash' },
        { name: 'disk/ünï cödé:1.raw', data: 'words' },
        { name: 'disk/passwd', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'disk/up', type: 'symlink', linkname: '../../../../../../../../etc/passwd' },
        { name: 'out', type: 'symlink', linkname: '/etc' },
        { name: 'disk/inside', type: 'symlink', linkname: '/disk/-dash.raw' },
      ]),
    ],
  })
  await storage.put(image, 'localhost/disk:1')
})
afterAll(async () => {
  Object.assign(process.env, before)
  await storage.remove()
})
beforeEach(async () => {
  folders = makeFolders()
  host = await createHost({ dirs: folders.dirs, env: storage.env, log: silentLogger })
})
afterEach(async () => {
  // Whatever a test does to it, in the end the storage is as it was.
  expect(await storage.left()).toEqual({ containers: [], images: ['localhost/disk:1'], temporary: [] })
  folders.remove()
})

function signInsOf(credential: RegistryCredential | null): SignInStore {
  const unused = () => Promise.reject(new Error('not part of this test'))
  return { find: async () => credential, list: unused, keep: unused, forget: unused }
}

interface Work {
  readonly reference?: string
  readonly path: string
  readonly plainHttp?: boolean
  readonly credential?: RegistryCredential
  readonly onBytes?: (ctx: JobContext, done: number) => void
}

function requestOf({ reference = REFERENCE, plainHttp = false }: Partial<Work>): PullRequest {
  return { reference: parseReference(reference), access: { plainHttp }, temporaryFolder: async () => folders.root }
}

/** Runs one job to its end; `work` returns the length of what it wrote. */
async function inJob(work: (ctx: JobContext, part: string) => Promise<number>): Promise<{ job: Job; part: string }> {
  const part = path.join(folders.root, 'part')
  await fs.writeFile(part, '')
  const definitions = convertDefinition(async (_input, ctx) => ({ path: part, bytes: await work(ctx, part), proofs: [] }))
  const { runner, store } = await makeRunner(folders.dirs, definitions)
  const { id } = runner.start(convertRequest(path.join(folders.root, 'a'), path.join(folders.root, 'b')))
  cancel = () => runner.cancel(id)
  const job = await runner.wait(id)
  expect(store.openClaims(id)).toEqual([])
  return { job, part }
}

function extract(work: Work): Promise<{ job: Job; part: string }> {
  return inJob(async (ctx, part) => {
    const { files } = await openByPodman(ctx, signInsOf(work.credential ?? null), requestOf(work))
    const onBytes = (done: number): void => work.onBytes?.(ctx, done)
    return (await extractByPodman(ctx, files, { path: work.path, part, folder: folders.root, onBytes })).bytes
  })
}
let cancel = (): void => {}

test('a disk comes out of local storage as it is, with its hole, and nothing of podman stays', async () => {
  const { job, part } = await extract({ path: '/disk/boot.qcow2' })
  expect(job).toMatchObject({ state: 'succeeded', output: { bytes: DISK.length } })
  expect(DISK.equals(await fs.readFile(part))).toBe(true)
  expect((await fs.stat(part)).blocks * 512).toBeLessThan(DISK.length / 2)
  expect(job.commands.map(({ line }) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'podman image',
    'podman create',
    'podman cp',
    'podman rm',
  ])
})

test('a path is what it is in the image; a link that leads out of it never leads to a file of this machine', async () => {
  const outcomes: Record<string, string> = {}
  await inJob(async (ctx, part) => {
    const { files } = await openByPodman(ctx, signInsOf(null), requestOf({}))
    for (const wanted of PATHS) {
      await fs.writeFile(part, '')
      const bytes = await extractByPodman(ctx, files, { path: wanted, part, folder: folders.root, onBytes: () => {} }).then(
        () => null,
        (thrown: unknown) => toAppError(thrown).code,
      )
      outcomes[wanted] = bytes ?? (await fs.readFile(part, 'utf8'))
    }
    return 0
  })
  expect(outcomes).toEqual({
    'disk/-dash.raw': 'dash',
    '/disk/ünï cödé:1.raw': 'words',
    '/disk/inside': 'dash',
    '/disk': 'not-a-regular-file',
    '/disk/passwd': 'guest-file-not-found',
    '/disk/up': 'guest-file-not-found',
    '/out/passwd': 'guest-file-not-found',
    '/../../../../etc/passwd': 'guest-file-not-found',
    '/disk/none': 'guest-file-not-found',
    '/disk/a\nb': 'guest-file-not-found',
  })
})

test('cancelled in the middle, the container is removed', async () => {
  const { job } = await extract({ path: '/disk/boot.qcow2', onBytes: () => cancel() })
  expect(job.state).toBe('cancelled')
})

test('an image that is not there', async () => {
  const { job } = await extract({ reference: 'containers-storage:localhost/none:1', path: '/disk/boot.qcow2' })
  expect(job).toMatchObject({ state: 'failed', error: { code: 'container-not-found' } })
})

test('killed in the middle, the next start names the container and removes it', async () => {
  const module = await bundleForNode(new URL('./podman-crash.ts', import.meta.url), path.join(folders.root, 'bundle'))
  const work = { dirs: folders.dirs, folder: folders.root, reference: REFERENCE }
  const child = runChild(module, `await m.readForEver(${JSON.stringify(work)})`)
  const { id } = (await nextMessage(child)) as { id: string }
  await killChild(child)
  const { containers } = await storage.left()
  expect(containers).toEqual([expect.stringContaining(`diskwright-${id}-`)])

  const recovery = (): ReturnType<typeof createRecovery> =>
    createRecovery({
      store: makeStore(folders.dirs.state),
      dirs: folders.dirs,
      log: silentLogger,
      devices: { list: async () => [], release: () => Promise.reject(new Error('there is none')) },
      containers: podmanKeeper(host),
    })
  expect(await recovery().list()).toContainEqual({ jobId: id, jobTitle: 'Convert a', kind: 'container', what: containers[0], bytes: null })
  expect(await recovery().clean()).toEqual([])
  expect(await recovery().list()).toEqual([])
})

test('as a source it has its manifest and configuration, unchanged; a layer is not there as a blob', async () => {
  const source = await openStorageSource({ host, signIns: signInsOf(null) }, parseReference(REFERENCE))
  const { bytes, digest } = await source.manifest()
  expect(digest).toBe(await storage.podman('image', 'inspect', '--format', '{{.Digest}}', 'localhost/disk:1'))
  const manifest = readManifest(bytes.toString('utf8'), '')
  if (manifest.kind !== 'manifest') throw new Error('it is an index')
  const config: Uint8Array[] = []
  for await (const piece of source.blob(manifest.config)) config.push(piece)
  expect(JSON.parse(Buffer.concat(config).toString('utf8'))).toMatchObject({ os: 'linux', architecture: 'amd64' })
  const [layer] = manifest.layers
  expect(await failureOf(source.blob(layer ?? { digest: '', bytes: 0 }).next())).toMatchObject({ code: 'container-unsupported' })
  expect(await failureOf(source.manifest(`sha256:${'0'.repeat(64)}`))).toMatchObject({ code: 'container-not-found' })
})

test('an image of a registry is pulled with the sign-in that is known, which no command line or record has, and is removed again', async () => {
  const registry: TestRegistry = await startRegistry({ users: { ann: 'marker-secret' } })
  try {
    const pulled = imageOf({ layers: [await layerOf([{ name: 'disk/a.raw', data: 'pulled' }])] })
    await registry.push('disks/a', '1', pulled)
    const reference = `docker://${registry.registry}/disks/a@${pulled.digest}`
    const credential = { user: 'ann', secret: 'marker-secret', isToken: false }
    const { job, part } = await extract({ reference, path: '/disk/a.raw', plainHttp: true, credential })
    expect(job.error).toBe(null)
    expect(await fs.readFile(part, 'utf8')).toBe('pulled')
    expect(JSON.stringify(job)).not.toContain('marker-secret')
    expect(await fs.readdir(path.join(folders.dirs.runtime, 'sign-ins'))).toEqual([])

    const refused = await extract({ reference, path: '/disk/a.raw', plainHttp: true })
    expect(refused.job).toMatchObject({ state: 'failed', error: { code: 'sign-in-needed' } })
    const unasked = await extract({ reference, path: '/disk/a.raw', credential })
    expect(unasked.job).toMatchObject({ state: 'failed', error: { code: 'registry-plain-http' } })
  } finally {
    await registry.stop()
  }
})
