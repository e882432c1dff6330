import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { type ContainerHome, openContainerHome } from '../core/container-home.js'
import { imageOf, layerOf, partitioned } from '../core/container-image.js'
import { openPodmanStorage } from '../core/podman-storage.js'
import { startRegistry, type TestRegistry } from '../core/registry.js'
import { filesIn, openBench, type TestBench } from '../core/workbench.js'
import { type FaultProxy, startFaultProxy } from './fault-proxy.js'
import { processesLeft } from './left-behind.js'
import { buildProgram, type Program } from './program.js'
import { openScene, type Scene } from './scene.js'

const MIB = 1024 ** 2
const BLOB = /^GET .*\/blobs\/sha256:/

let home: ContainerHome
let bench: TestBench
let registry: TestRegistry
let proxy: FaultProxy
let reference: string
let program: Program
const disk = partitioned(randomBytes(8 * MIB))

beforeAll(async () => {
  home = await openContainerHome()
  bench = await openBench(home.env)
  ;[registry, program] = await Promise.all([startRegistry(), buildProgram()])
  proxy = await startFaultProxy(registry.url)
  await registry.push(
    'faulty/disk',
    'v1',
    imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: disk }])], compression: 'gzip' }),
  )
  reference = `docker://${proxy.registry}/faulty/disk:v1`
})

beforeEach(() => {
  proxy.set({ kind: 'pass' })
  proxy.requireToken(null)
  proxy.forget()
})

afterAll(async () => {
  await proxy.stop()
  await registry.stop()
  await bench.close()
  await program.remove()
  await home.remove()
})

type Wish = Partial<JobInputDraft<'extract-container'>>

function start(wish: Wish = {}): { id: string; output: string } {
  const output = wish.output ?? path.join(bench.folder, `out-${proxy.seen.length}-${Date.now()}.raw`)
  const input = { reference, output, access: { plainHttp: true }, ...wish }
  return { id: bench.core.jobs.start({ kind: 'extract-container', input }).id, output }
}

async function taken(wish: Wish = {}): Promise<{ job: Job; output: string }> {
  const { id, output } = start(wish)
  const job = await bench.core.jobs.wait(id)
  if (job.state !== 'succeeded') throw new Error(JSON.stringify(job.error))
  expect((await fs.readFile(output)).equals(disk)).toBe(true)
  return { job, output }
}

async function refused(wish: Wish = {}): Promise<NonNullable<Job['error']>> {
  const before = await filesIn(bench.folder)
  const job = await bench.core.jobs.wait(start(wish).id)
  expect([job.state, await filesIn(bench.folder)]).toEqual(['failed', before])
  if (job.error === null) throw new Error('it did not fail')
  return job.error
}

test('an image is fetched once, and a connection that breaks in the middle is gone over', async () => {
  await taken()
  // Its configuration and its layer.
  expect(proxy.count(BLOB)).toBe(2)
  proxy.forget()
  proxy.set({ kind: 'cut', after: 3 * MIB }, { times: 1, skip: 1 })
  await taken()
  expect(proxy.count(BLOB)).toBe(3)
})

test('what arrives damaged is told and leaves nothing; the next try succeeds', async () => {
  proxy.set({ kind: 'flip', at: 5 * MIB })
  // The checksum of gzip or the digest: whichever is wrong first.
  expect(['blob-mismatch', 'container-invalid']).toContain((await refused()).code)
  proxy.set({ kind: 'pass' })
  await taken()
})

test('a blob that is not there, or refused, is told', async () => {
  proxy.set({ kind: 'status', code: 404 })
  expect((await refused()).code).toBe('container-not-found')
  proxy.set({ kind: 'status', code: 403 })
  expect((await refused()).code).toBe('registry-denied')
})

test('a token that ends in the middle of an image is asked for anew', async () => {
  proxy.requireToken({ uses: 1 })
  await taken()
  expect(proxy.tokens.length).toBeGreaterThan(1)
})

test('a registry that stops sending is left when the job is cancelled, and nothing stays', async () => {
  const before = await filesIn(bench.folder)
  proxy.set({ kind: 'stall', after: 2 * MIB })
  const { id } = start()
  await expect.poll(() => proxy.bytesOf(BLOB), { timeout: 60_000 }).toBeGreaterThan(2 * MIB - 1)
  bench.core.jobs.cancel(id)
  expect((await bench.core.jobs.wait(id)).state).toBe('cancelled')
  expect(await filesIn(bench.folder)).toEqual(before)
})

test('an index that is closed while the registry stands still ends at once', async () => {
  proxy.set({ kind: 'stall', after: 2 * MIB })
  const { containers } = bench.core
  // One that no test before has read to its end: what is known needs no registry.
  const unknown = imageOf({ layers: [await layerOf([{ name: 'disk/boot.raw', data: randomBytes(8 * MIB) }])], compression: 'gzip' })
  await registry.push('faulty/unknown', 'v1', unknown)
  const { id } = containers.openIndex({ reference: `docker://${proxy.registry}/faulty/unknown:v1`, access: { plainHttp: true } })
  await expect.poll(() => proxy.bytesOf(BLOB), { timeout: 60_000 }).toBeGreaterThan(2 * MIB - 1)
  const ended = containers.waitForIndex(id)
  containers.closeIndex(id)
  await expect(ended).rejects.toMatchObject({ code: 'cancelled' })
})

test('results are never in the way of anything: names of all kinds, a file that is there, a folder that may not be written to', async () => {
  for (const name of ['with space.raw', `quote'"$(x).raw`, 'ünï©ødé-磁盘.raw', '-rf'])
    await taken({ output: path.join(bench.folder, name) })
  const there = path.join(bench.folder, 'there.raw')
  await fs.writeFile(there, 'mine')
  expect((await refused({ output: there })).code).toBe('output-exists')
  expect(await fs.readFile(there, 'utf8')).toBe('mine')
  proxy.set({ kind: 'flip', at: 5 * MIB })
  await refused({ output: there, replace: true })
  expect(await fs.readFile(there, 'utf8')).toBe('mine')
  proxy.set({ kind: 'pass' })
  await taken({ output: there, replace: true })
  expect((await refused({ output: '/proc/self/out.raw' })).code).toBe('folder-not-writable')
})

test('the program is killed in the middle: nothing bears a final name, and the next start cleans up', async () => {
  await withScene(async (scene) => {
    proxy.set({ kind: 'stall', after: 4 * MIB })
    const output = scene.at('out.raw')
    const running = program.start(scene, ['extract', reference, '-o', output, '--tls-verify=false'])
    await expect.poll(() => proxy.bytesOf(BLOB), { timeout: 60_000 }).toBeGreaterThan(4 * MIB - 1)
    await expect.poll(() => scene.leftFiles(), { timeout: 60_000 }).toEqual([expect.stringMatching(/^\.out\.raw\..*\.part$/)])
    expect((await running.kill()).signal).toBe('SIGKILL')
    const core = await scene.nextStart()
    expect(core.jobs.list()).toMatchObject([{ kind: 'extract-container', state: 'interrupted' }])
    expect(await core.recovery.list()).toMatchObject([{ kind: 'part-file' }])
    expect(await core.recovery.clean()).toEqual([])
    expect(await scene.leftFiles()).toEqual([])
  })
})

test('killed before and after each change of a name, the result is whole or not there', async () => {
  const args = (scene: Scene) => ['extract', reference, '-o', scene.at('out.raw'), '--tls-verify=false']
  const changes: string[] = []
  await withScene(async (scene) => {
    const log = path.join(scene.root, 'changes')
    const env = { FAULT_FOLDER: scene.folder, FAULT_LOG: log }
    expect((await program.run(scene, args(scene), { killPoint: true, env })).code).toBe(0)
    changes.push(...(await fs.readFile(log, 'utf8')).trim().split('\n'))
  })
  const outcomes: boolean[] = []
  for (const at of changes.flatMap((change) => ['before', 'after'].map((side) => `${change.split(' ')[0]}:${side}`))) {
    await withScene(async (scene) => {
      const env = { FAULT_FOLDER: scene.folder, FAULT_AT: at }
      const { signal, stderr } = await program.run(scene, args(scene), { killPoint: true, env })
      expect([at, signal, stderr]).toEqual([at, 'SIGKILL', ''])
      const core = await scene.nextStart()
      expect(await core.recovery.clean(), at).toEqual([])
      const left = await scene.leftFiles()
      if (left.length > 0) expect([at, left, (await fs.readFile(scene.at('out.raw'))).equals(disk)]).toEqual([at, ['out.raw'], true])
      outcomes.push(left.length > 0)
    })
  }
  expect([outcomes[0], outcomes.at(-1)]).toEqual([false, true])
  expect(outcomes).toEqual(outcomes.toSorted((one, other) => Number(one) - Number(other)))
})

test('killed while podman pulls for it: podman goes too, and after the next start neither image nor container nor temporary file stays', async () => {
  const storage = await openPodmanStorage()
  try {
    await withScene(async (scene) => {
      proxy.set({ kind: 'stall', after: 4 * MIB })
      const args = ['extract', reference, '-o', scene.at('out.raw'), '--via', 'podman', '--tls-verify=false']
      const running = program.start(scene, args, { env: withoutHome(storage.env) })
      await expect.poll(() => proxy.bytesOf(BLOB), { timeout: 60_000 }).toBeGreaterThan(4 * MIB - 1)
      expect((await running.kill()).signal).toBe('SIGKILL')
      expect(await processesLeft([scene.mark])).toEqual([])
      const core = await scene.nextStart(withoutHome(storage.env))
      expect(core.jobs.list()).toMatchObject([{ kind: 'extract-container', state: 'interrupted' }])
      expect(await core.recovery.clean()).toEqual([])
      expect(await scene.leftFiles()).toEqual([])
      expect(await storage.left()).toEqual({ containers: [], images: [], temporary: [] })
    })
  } finally {
    await storage.remove()
  }
})

test('a full disk is told, with nothing left on it', async () => {
  await withScene(async (scene) => {
    const target = path.join(scene.root, 'small')
    await fs.mkdir(target)
    const mount = 'mount -t tmpfs -o size=4m tmpfs "$1" && shift && "$@"; code=$?; ls -A "$0" >&2; exit $code'
    const rights = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
    const prefix = ['unshare', ...rights, 'sh', '-c', mount, target, target]
    const args = ['extract', reference, '-o', path.join(target, 'out.raw'), '--path', '/disk/boot.raw', '--tls-verify=false', '--json']
    const ending = await program.run(scene, args, { prefix })
    expect([ending.code, (JSON.parse(ending.stdout) as { error: { code: string } }).error.code]).toEqual([1, 'no-space'])
    expect(ending.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([])
  })
})

/** The scene has a home of its own. */
function withoutHome(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (name === 'HOME' || value === undefined ? [] : [[name, value]])))
}

async function withScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const image = path.join(home.folder, 'boot.raw')
  await fs.writeFile(image, disk)
  const scene = await openScene(image, 'disk.raw')
  try {
    await fs.cp(path.join(home.folder, '.config'), path.join(scene.root, '.config'), { recursive: true })
    await work(scene)
  } finally {
    await scene.close()
  }
}
