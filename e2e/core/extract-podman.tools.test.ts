import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { imageOf, layerOf, partitioned } from './container-image.js'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { openBench, type TestBench } from './workbench.js'

const NAME = 'containers-storage:localhost/small:1'

let storage: PodmanStorage
let bench: TestBench
let registry: TestRegistry
const disk = partitioned(randomBytes(2 * 1024 ** 2))

beforeAll(async () => {
  storage = await openPodmanStorage()
  const layer = await layerOf([
    { name: 'disk/boot.raw', data: disk },
    { name: 'etc/motd', data: 'hello' },
  ])
  await storage.put(imageOf({ layers: [layer] }), 'localhost/small:1')
  bench = await openBench(storage.env)
  registry = await startRegistry()
})

afterAll(async () => {
  await registry.stop()
  await bench.close()
  await storage.remove()
})

async function taken(wish: Partial<JobInputDraft<'extract-container'>>, name: string): Promise<string> {
  const output = path.join(bench.folder, name)
  const job = await bench.run({ kind: 'extract-container', input: { reference: NAME, output, ...wish } })
  if (job.state !== 'succeeded') throw new Error(JSON.stringify(job.error, null, 2))
  return output
}

test('what podman has: looked into, and a disk, a file and a folder taken out; no container stays', async () => {
  const { containers } = bench.core
  const { id } = containers.openIndex({ reference: NAME })
  expect((await containers.waitForIndex(id)).candidates).toMatchObject([{ path: '/disk/boot.raw' }])
  expect(containers.list(id, '/').map(({ name }) => name)).toEqual(['disk', 'etc'])
  containers.closeIndex(id)
  expect((await fs.readFile(await taken({}, 'only.raw'))).equals(disk)).toBe(true)
  expect((await fs.readFile(await taken({ path: '/disk/boot.raw' }, 'named.raw'))).equals(disk)).toBe(true)
  expect(await fs.readFile(path.join(await taken({ path: '/etc' }, 'etc'), 'motd'), 'utf8')).toBe('hello')
  expect((await storage.left()).containers).toEqual([])
})

test('an image of a registry by podman, as asked for: pulled, copied from, and removed again', async () => {
  await registry.push('by/podman', 'v1', imageOf({ layers: [await layerOf([{ name: 'disk/a.raw', data: disk }])], compression: 'gzip' }))
  const reference = `docker://${registry.registry}/by/podman:v1`
  const output = await taken({ reference, via: 'podman', access: { plainHttp: true } }, 'pulled.raw')
  expect((await fs.readFile(output)).equals(disk)).toBe(true)
  expect(await storage.left()).toMatchObject({ images: ['localhost/small:1'], containers: [] })
})
