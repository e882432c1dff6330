import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { killChild, nextMessage, runChild } from '#core/files/testing/run-child'
import { bundleForNode } from '#core/files/testing/bundle-for-node'
import { createRecovery } from '#core/jobs/recovery'
import { makeFolders, makeStore } from '#core/jobs/testing/job-fixture'
import { silentLogger } from '#core/log/logger'
import { podmanKeeper } from '#core/operations/containers/podman-keeper'
import { openStorageSource } from '#core/operations/containers/storage-source'
import type { SignInStore } from '#core/registry/sign-in-store'
import { parseReference } from '#shared/containers/reference'
import { describeError } from '#shared/errors/describe-error'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { readManifest } from '#shared/containers/manifest'
import { stepRuns } from '../faults/in-process.js'
import { toolsFolder } from '../faults/tools-folder.js'
import { type BuiltImage, imageOf, layerOf } from './container-image.js'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { failureOf, filesIn, openBench, type TestBench } from './workbench.js'

const REFERENCE = 'containers-storage:localhost/disk:1'
/** A hole in the middle, as disks have them. */
const DISK = Buffer.concat([Buffer.from('QFI\xfb', 'latin1'), randomBytes(200_000), Buffer.alloc(4 * 1024 * 1024), randomBytes(5000)])

const OUTCOMES = {
  'disk/-dash.raw': 'dash',
  '/disk/ünï cödé:1.raw': 'words',
  '/disk/inside': 'dash',
  '/disk/passwd': 'guest-file-not-found',
  '/disk/up': 'guest-file-not-found',
  '/out/passwd': 'guest-file-not-found',
  '/../../../../etc/passwd': 'bad-input',
  '/disk/none': 'guest-file-not-found',
  '/disk/a\nb': 'guest-file-not-found',
}

let storage: PodmanStorage
let image: BuiltImage
let folders: ReturnType<typeof makeFolders>
let bench: TestBench
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
  bench = await openBench(storage.env)
})
afterEach(async () => {
  await bench.close()
  // Whatever a test does to it, in the end the storage is as it was.
  expect(await storage.left()).toEqual({ containers: [], images: ['localhost/disk:1'], temporary: [] })
  folders.remove()
})

function noSignIns(): SignInStore {
  const unused = () => Promise.reject(new Error('not part of this test'))
  return { find: async () => null, list: unused, keep: unused, forget: unused }
}

interface Work {
  readonly reference?: string
  readonly path: string
  readonly access?: { plainHttp?: boolean; authFile?: string }
}

function requestOf({ reference = REFERENCE, path: wanted, access = {} }: Work): JobRequestDraft {
  const output = path.join(bench.folder, `out-${path.basename(wanted).replace(/\W/g, '-')}`)
  return { kind: 'extract-container', input: { reference, path: wanted, output, replace: true, via: 'podman', access } }
}

/** What the job made; its error's code where it failed. */
async function outcomeOf(work: Work): Promise<string> {
  const { error, output } = await bench.run(requestOf(work))
  return error?.code ?? fs.readFile(output?.path ?? '', 'utf8')
}

test('a disk comes out of local storage as it is, with its hole, and nothing of podman stays', async () => {
  const { output, commands } = await bench.succeed(requestOf({ path: '/disk/boot.qcow2' }))
  const file = output?.path ?? ''
  expect(DISK.equals(await fs.readFile(file))).toBe(true)
  expect((await fs.stat(file)).blocks * 512).toBeLessThan(DISK.length / 2)
  expect(commands.map(({ line }) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'podman image',
    'podman create',
    'podman cp',
    'podman rm',
  ])
})

test('a path is what it is in the image; a link that leads out of it never leads to a file of this machine', {
  timeout: 600_000,
}, async () => {
  const outcomes: Record<string, string> = {}
  for (const wanted of Object.keys(OUTCOMES)) outcomes[wanted] = await outcomeOf({ path: wanted })
  expect(outcomes).toEqual(OUTCOMES)
})

test('cancelled in the middle, the container and what was written are removed', async () => {
  const slow = 'if [ "$1" = cp ]; then /usr/bin/podman "$@" | head -c 100000; exec sleep 600; fi\nexec /usr/bin/podman "$@"'
  await bench.close()
  bench = await openBench({
    ...storage.env,
    DISKWRIGHT_TOOL_PATH: await toolsFolder(path.join(folders.root, 'tools'), { scripts: { podman: slow } }),
  })
  const { id } = bench.core.jobs.start(requestOf({ path: '/disk/boot.qcow2' }))
  expect(await stepRuns(bench.core, id, 'fetch')).toBe(true)
  bench.core.jobs.cancel(id)
  expect((await bench.core.jobs.wait(id)).state).toBe('cancelled')
  expect(await filesIn(bench.folder)).toEqual([])
  expect(await bench.core.recovery.list()).toEqual([])
})

test('an image that is not there, and podman that is not', async () => {
  expect(await outcomeOf({ reference: 'containers-storage:localhost/none:1', path: '/disk/boot.qcow2' })).toBe('container-not-found')
  await bench.close()
  const tools = await toolsFolder(path.join(folders.root, 'tools'), { without: ['podman'] })
  bench = await openBench({ ...storage.env, DISKWRIGHT_TOOL_PATH: tools })
  expect(await outcomeOf({ path: '/disk/boot.qcow2' })).toBe('tool-missing')
})

test('killed in the middle, the next start names the container and the image that was pulled, and removes both', async () => {
  const registry = await startRegistry()
  try {
    const pulled = imageOf({ layers: [await layerOf([{ name: 'disk/a.raw', data: 'pulled' }])] })
    await registry.push('disks/a', '1', pulled)
    const name = `${registry.registry}/disks/a@${pulled.digest}`
    const module = await bundleForNode(new URL('./podman-crash.ts', import.meta.url), path.join(folders.root, 'bundle'))
    const work = { dirs: folders.dirs, folder: folders.root, reference: `docker://${name}` }
    const child = runChild(module, `await m.readForEver(${JSON.stringify(work)})`)
    const { id } = (await nextMessage(child)) as { id: string }
    await killChild(child)
    const { containers, images } = await storage.left()
    expect(containers).toEqual([expect.stringContaining(`diskwright-${id}-`)])
    expect(images).toHaveLength(2)

    const recovery = (): ReturnType<typeof createRecovery> =>
      createRecovery({
        store: makeStore(folders.dirs.state),
        dirs: folders.dirs,
        log: silentLogger,
        devices: { list: async () => [], release: () => Promise.reject(new Error('there is none')) },
        containers: podmanKeeper(bench.host),
      })
    const left = { jobId: id, jobTitle: 'Convert a', bytes: null }
    expect(await recovery().list()).toEqual([
      { ...left, kind: 'container', what: containers[0] },
      { ...left, kind: 'container-image', what: name },
    ])
    expect(await recovery().clean()).toEqual([])
    expect(await recovery().list()).toEqual([])
  } finally {
    await registry.stop()
  }
})

test('all its files are looked into, and the container for it is gone afterwards', async () => {
  const { containers } = bench.core
  const { id } = containers.openIndex({ reference: REFERENCE })
  expect(await containers.waitForIndex(id)).toMatchObject({ state: 'done' })
  const names = containers.list(id, '/disk').map(({ name }) => name)
  expect(names.toSorted()).toEqual(['-dash.raw', 'boot.qcow2', 'inside', 'passwd', 'up', 'ünï cödé:1.raw'])
  containers.closeIndex(id)
})

test('as a source it has its manifest and configuration, unchanged; a layer is not there as a blob', async () => {
  const source = await openStorageSource({ host: bench.host, signIns: noSignIns() }, parseReference(REFERENCE))
  const { bytes, digest } = await source.manifest()
  expect(digest).toBe(await storage.podman('image', 'inspect', '--format', '{{.Digest}}', 'localhost/disk:1'))
  const id = await storage.podman('image', 'inspect', '--format', '{{.Id}}', 'localhost/disk:1')
  for (const name of [id, 'localhost/disk', 'localhost/disk:1'])
    expect(await outcomeOf({ reference: `containers-storage:${name}@${digest}`, path: '/disk/-dash.raw' }), name).toBe('dash')
  const other = `containers-storage:${id}@sha256:${'0'.repeat(64)}`
  expect(await outcomeOf({ reference: other, path: '/disk/boot.qcow2' })).toBe('container-not-found')
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
    const work = { reference: `docker://${registry.registry}/disks/a@${pulled.digest}`, path: '/disk/a.raw' }
    const plain = { ...work, access: { plainHttp: true } }
    expect(await outcomeOf(plain)).toBe('sign-in-needed')
    const authFile = path.join(folders.root, 'wrong.json')
    const auth = Buffer.from('ann:wrong-secret').toString('base64')
    await fs.writeFile(authFile, JSON.stringify({ auths: { [registry.registry]: { auth } } }))
    const { error } = await bench.run(requestOf({ ...work, access: { plainHttp: true, authFile } }))
    expect(error === null ? '' : describeError(error).detail).toBe(
      `It refused the sign-in of the user (${authFile}). The password may be wrong, or the token may have ended.`,
    )
    const { user, secret } = { user: 'ann', secret: 'marker-secret' }
    await bench.core.containers.signIn({ registry: registry.registry, user, secret, keep: 'session', access: { plainHttp: true } })
    expect(await outcomeOf(work)).toBe('registry-plain-http')
    const job = await bench.succeed(requestOf(plain))
    expect(await fs.readFile(job.output?.path ?? '', 'utf8')).toBe('pulled')
    expect(JSON.stringify(job)).not.toContain(secret)
    expect(bench.core.jobs.log(job.id).lines.join('\n')).not.toContain(secret)
    expect(await fs.readdir(path.join(bench.host.dirs.runtime, 'sign-ins'))).toEqual([])
    // One that was there before stays.
    await storage.podman('pull', '--quiet', '--creds=ann:marker-secret', '--tls-verify=false', `${registry.registry}/disks/a:1`)
    await bench.succeed(requestOf(plain))
    expect((await storage.left()).images).toContain(`${registry.registry}/disks/a:1`)
    await storage.podman('rmi', `${registry.registry}/disks/a:1`)
  } finally {
    await registry.stop()
  }
})
