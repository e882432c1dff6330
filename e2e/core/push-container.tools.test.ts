import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { noise } from '#core/operations/artifacts/testing/packing-bench'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import type { Job } from '#shared/jobs/job'
import { startFaultProxy, type FaultProxy } from '../faults/fault-proxy.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { hashOf, openBench, type TestBench } from './workbench.js'

const MIB = 1024 ** 2
const SECRET = 'MARKER-9c1f-of-the-test'
const PATCH = /^PATCH /

let bench: TestBench
let open: TestRegistry
let guarded: TestRegistry
let proxy: FaultProxy
let disk: string
let sha256: string

beforeAll(async () => {
  open = await startRegistry()
  guarded = await startRegistry({ users: { me: SECRET } })
  proxy = await startFaultProxy(open.url)
  bench = await openBench()
  disk = path.join(bench.folder, 'disk.raw')
  const handle = await fs.open(disk, 'w')
  await handle.truncate(60 * MIB)
  for (const [at, seed] of [10, 30, 50].entries()) await handle.write(noise(MIB, at + 1), 0, MIB, seed * MIB)
  await handle.close()
  sha256 = await hashOf(disk)
})
afterAll(async () => {
  await bench.close()
  await proxy.stop()
  await open.stop()
  await guarded.stop()
})
afterEach(() => {
  proxy.set({ kind: 'pass' })
  proxy.requireToken(null)
  proxy.forget()
})

function push(destination: string): Promise<Job> {
  const input = { source: disk, layout: 'artifact', architecture: 'amd64', destination, access: { plainHttp: true } } as const
  return bench.run({ kind: 'package-container', input })
}

async function expectThere(name: string): Promise<void> {
  const blob = await fs.stat(open.blobFile(`sha256:${sha256}`))
  expect(blob.size).toBe(60 * MIB)
  expect(await hashOf(open.blobFile(`sha256:${sha256}`))).toBe(sha256)
  const headers = { accept: MEDIA_TYPES.manifest }
  expect((await fetch(`${open.url}/v2/${name}/manifests/v1`, { headers })).status).toBe(200)
}

const ranges = (): unknown[] => proxy.seen.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers['content-range'])
const startsOfUploads = (): number => proxy.count(/^POST .*\/blobs\/uploads\//)

test('a connection that breaks before the third piece costs that piece alone', async () => {
  proxy.set({ kind: 'reset' }, { match: PATCH, times: 1, skip: 2 })
  const job = await push(`${proxy.registry}/faults/reset:v1`)
  expect(job.error).toBeNull()
  const [first, second, third, last] = ['0-16777215', '16777216-33554431', '33554432-50331647', '50331648-62914559']
  expect(ranges()).toEqual([first, second, third, third, last])
  // One for the disk, one for the configuration.
  expect(startsOfUploads()).toBe(2)
  await expectThere('faults/reset')
})

test('a registry that loses an upload that is cut inside of a piece gets it anew, and the right bytes', async () => {
  proxy.set({ kind: 'cut-request', after: 5 * MIB }, { match: PATCH, times: 1, skip: 2 })
  const job = await push(`${proxy.registry}/faults/cut:v1`)
  expect(job.error).toBeNull()
  expect(ranges().filter((range) => range === '0-16777215')).toHaveLength(2)
  await expectThere('faults/cut')
})

test('a proxy that takes no large bodies gets smaller ones', async () => {
  proxy.set({ kind: 'status', code: 413 }, { match: PATCH, times: 1 })
  const job = await push(`${proxy.registry}/faults/large:v1`)
  expect(job.error).toBeNull()
  expect(ranges().slice(0, 2)).toEqual(['0-16777215', '0-8388607'])
})

test('what takes no pieces at all gets all at once', async () => {
  proxy.set({ kind: 'status', code: 405 }, { match: PATCH })
  const job = await push(`${proxy.registry}/faults/whole:v1`)
  expect(job.error).toBeNull()
  await expectThere('faults/whole')
})

test('tokens that end while it is sent are renewed', async () => {
  proxy.requireToken({ uses: 3 })
  const job = await push(`${proxy.registry}/faults/tokens:v1`)
  expect(job.error).toBeNull()
  expect(proxy.tokens.length).toBeGreaterThan(2)
  await expectThere('faults/tokens')
})

test('a job that is cancelled leaves no name, and the next one sends what is lacking', async () => {
  proxy.set({ kind: 'stall', after: 0 }, { match: /^PUT .*\/manifests\// })
  const started = bench.core.jobs.start({
    kind: 'package-container',
    input: {
      source: disk,
      layout: 'artifact',
      architecture: 'amd64',
      destination: `${proxy.registry}/faults/again:v1`,
      access: { plainHttp: true },
    },
  })
  const timer = setInterval(() => proxy.count(/^PUT .*\/manifests\//) > 0 && bench.core.jobs.cancel(started.id), 50)
  expect((await bench.core.jobs.wait(started.id)).state).toBe('cancelled')
  clearInterval(timer)
  proxy.set({ kind: 'pass' })
  proxy.forget()
  const job = await push(`${proxy.registry}/faults/again:v1`)
  expect(job.output?.proofs).toContain('The layer was there already: nothing of it was sent')
  expect(proxy.count(PATCH)).toBe(0)
})

test('a refusal is told as one, and nothing is sent', async () => {
  proxy.set({ kind: 'status', code: 403, body: '{"errors":[{"code":"DENIED","message":"not you"}]}' }, { match: /^POST / })
  const job = await push(`${proxy.registry}/faults/denied:v1`)
  expect(job.error?.code).toBe('registry-denied')
  expect(proxy.count(PATCH)).toBe(0)
})

test('a registry with users wants a sign-in, which is tried before it is kept and appears nowhere', async () => {
  const destination = `${guarded.registry}/team/disk:v1`
  expect((await push(destination)).error?.code).toBe('sign-in-needed')
  const account = { registry: guarded.registry, user: 'me', keep: 'session', access: { plainHttp: true } } as const
  await expect(bench.core.containers.signIn({ ...account, secret: 'wrong-one' })).rejects.toMatchObject({ code: 'sign-in-needed' })
  const kept = async () => (await bench.core.containers.signIns()).filter(({ registry }) => registry === guarded.registry)
  expect(await kept()).toEqual([])
  await bench.core.containers.signIn({ ...account, secret: SECRET })
  expect(await kept()).toEqual([{ registry: guarded.registry, user: 'me', kept: 'session', where: null }])

  const lines = watchCommandLines()
  const pushed = await push(destination)
  expect(pushed.error).toBeNull()
  const archive = path.join(bench.folder, 'copy.tar')
  const input = { source: destination, destination: `oci-archive:${archive}`, from: { plainHttp: true } }
  const copied = await bench.run({ kind: 'copy-container', input })
  expect(copied.error).toBeNull()
  expect(copied.output?.container?.digest).toBe(pushed.output?.container?.digest)
  expect(await lines.stop()).toContain('skopeo')
  const told = [pushed, copied].map((job) => JSON.stringify([job, bench.core.jobs.log(job.id)])).join('\n')
  expect(told).not.toContain(SECRET)
  expect(await lines.stop()).not.toContain(SECRET)
  expect(await fs.readdir(path.join(bench.core.dirs.runtime, 'sign-ins')).catch(() => [])).toEqual([])
  await bench.core.containers.signOut(guarded.registry)
  expect((await push(destination)).error?.code).toBe('sign-in-needed')
})

/** What stood on the command line of any process while it watched. */
function watchCommandLines(): { stop(): Promise<string> } {
  const seen = new Set<string>()
  const stopping = new AbortController()
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      const pids = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))
      for (const pid of pids) seen.add(await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''))
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await watching
      return [...seen].join('\n').replaceAll('\0', ' ')
    },
  }
}
