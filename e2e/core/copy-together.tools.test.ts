import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../faults/fault-proxy.js'
import { imageOf, layerOf } from './container-image.js'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { openBench, type TestBench } from './workbench.js'

/** Copies that bring the same layers into podman's storage at once: until the image is there, its layers are all of theirs. */
const MIB = 1024 ** 2
const http = { plainHttp: true }

let registry: TestRegistry
let proxy: FaultProxy
let storage: PodmanStorage
let bench: TestBench
/** Digests of the layers that are held back. */
let uppers: readonly string[]
let letGo: () => void

beforeAll(async () => {
  ;[registry, storage] = await Promise.all([startRegistry(), openPodmanStorage()])
  proxy = await startFaultProxy(registry.url)
  bench = await openBench(storage.env)
})
afterAll(async () => {
  await bench.close()
  await proxy.stop()
  await registry.stop()
  await storage.remove()
})

/** `v1` and `v2` stand on the same layer, which arrives; the upper one of each does not. */
beforeEach(async () => {
  const [base, ...tops] = await Promise.all(
    ['disk/boot.raw', 'etc/noise', 'etc/other'].map((name) => layerOf([{ name, data: randomBytes(MIB) }])),
  )
  const images = tops.map((top) => imageOf({ layers: base === undefined ? [] : [base, top] }))
  for (const [index, image] of images.entries()) await registry.push('team/disk', `v${index + 1}`, image)
  uppers = images.map(({ layers: [, upper = ''] }) => upper)
  const until = new Promise<void>((resolve) => (letGo = resolve))
  proxy.forget()
  proxy.set({ kind: 'hold', until }, { match: new RegExp(`^GET .*/blobs/(${uppers.join('|')})`) })
  return () => letGo()
})

const copy = (tag: string, name: string): string =>
  bench.core.jobs.start({
    kind: 'copy-container',
    input: { source: `${proxy.registry}/team/disk:${tag}`, destination: `containers-storage:localhost/${name}:1`, from: http },
  }).id

/** Both wait for their upper layer, with the lower one there. */
async function untilBothWait(): Promise<void> {
  const waiting = () => proxy.seen.filter(({ path }) => uppers.some((layer) => path.endsWith(layer))).length
  await expect.poll(() => waiting(), { timeout: 60_000 }).toBe(2)
  await expect.poll(() => storage.strays(), { timeout: 60_000 }).toHaveLength(1)
}

test.each([
  ['the same image', 'v1'],
  ['an image on the same layer', 'v2'],
])('one of two copies is cancelled while another brings %s: that one succeeds', async (_, tag) => {
  const [cancelled, kept] = [copy('v1', 'one'), copy(tag, 'two')]
  await untilBothWait()
  bench.core.jobs.cancel(cancelled)
  expect((await bench.core.jobs.wait(cancelled)).state).toBe('cancelled')
  letGo()
  const job = await bench.core.jobs.wait(kept)
  expect([job.state, job.error]).toEqual(['succeeded', null])
  expect(await storage.strays()).toEqual([])
  expect(await storage.podman('rmi', 'localhost/two:1')).toContain('Untagged: localhost/two:1')
})

test('when both are cancelled, nothing of either stays', async () => {
  const both = [copy('v1', 'one'), copy('v1', 'two')]
  await untilBothWait()
  for (const id of both) bench.core.jobs.cancel(id)
  const jobs = await Promise.all(both.map((id) => bench.core.jobs.wait(id)))
  expect(jobs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled'])
  expect([(await storage.left()).images, await storage.strays()]).toEqual([[], []])
})

test('while a podman of the user pulls the same, its layers are left alone', async () => {
  const pulled = storage.podman('pull', '--quiet', '--tls-verify=false', `${proxy.registry}/team/disk:v1`)
  // Its failure is told below, where it is waited for.
  pulled.catch(() => {})
  const cancelled = copy('v1', 'one')
  await untilBothWait()
  bench.core.jobs.cancel(cancelled)
  expect((await bench.core.jobs.wait(cancelled)).state).toBe('cancelled')
  letGo()
  expect(await pulled).toMatch(/^[0-9a-f]{64}$/)
  expect(await storage.strays()).toEqual([])
})
