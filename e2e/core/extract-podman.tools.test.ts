import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { digestOf, imageOf, layerOf, partitioned, writeLayout } from './container-image.js'
import { openPodmanStorage, type PodmanStorage } from './podman-storage.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { filesIn, openBench, type TestBench } from './workbench.js'

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

const LINKS = {
  '/boot.raw': 'boot',
  '/disk': 'boot.raw',
  '/disk/boot.raw': 'boot',
  '/up/here': 'image',
  '/whole.raw': digestOf(disk),
  '/round': 'container-invalid',
  '/nowhere': 'guest-file-not-found',
  '/odd': 'not-a-regular-file',
}

test('a link that is named is followed by podman as it is while the image streams', { timeout: 600_000 }, async () => {
  const lower = await layerOf([
    { name: 'disks/v1/boot.raw', data: 'boot' },
    { name: 'disks/latest', type: 'symlink', linkname: 'v1' },
    { name: 'etc/hostname', data: 'image' },
    { name: 'parts/disk.raw.aa', data: disk.subarray(0, 1024 ** 2) },
    { name: 'parts/disk.raw.ab', data: disk.subarray(1024 ** 2) },
  ])
  const upper = await layerOf([
    { name: 'disk', type: 'symlink', linkname: '/disks/latest' },
    { name: 'boot.raw', type: 'symlink', linkname: 'disk/boot.raw' },
    { name: 'whole.raw', type: 'symlink', linkname: 'parts/disk.raw.aa' },
    { name: 'up/here', type: 'symlink', linkname: '../../../../../etc/hostname' },
    { name: 'round', type: 'symlink', linkname: 'about' },
    { name: 'about', type: 'symlink', linkname: 'round' },
    { name: 'nowhere', type: 'symlink', linkname: 'disks/none' },
    { name: 'odd', type: 'symlink', linkname: 'disk/../v1/boot.raw' },
  ])
  const image = imageOf({ layers: [lower, upper] })
  const id = await storage.put(image, 'localhost/links:1')
  const layout = await writeLayout(path.join(bench.folder, 'layout'), image)
  const outcomesOf = async (reference: string): Promise<Record<string, string>> => {
    const outcomes: Record<string, string> = {}
    for (const wanted of Object.keys(LINKS)) outcomes[wanted] = await outcomeOf(reference, wanted)
    return outcomes
  }
  expect(await outcomesOf(`oci:${layout}`)).toEqual(LINKS)
  // Of links that lead on for ever, or back through another link, podman says that there is nothing.
  expect(await outcomesOf('containers-storage:localhost/links:1')).toEqual({
    ...LINKS,
    '/round': 'guest-file-not-found',
    '/odd': 'guest-file-not-found',
  })
  await storage.podman('rmi', id)
  expect((await storage.left()).containers).toEqual([])
})

/** What came out, in a word: the content of a small file, the digest of a large one, what is in a folder, or the code of the error. */
async function outcomeOf(reference: string, wanted: string): Promise<string> {
  const output = path.join(bench.folder, 'linked')
  const { error } = await bench.run({ kind: 'extract-container', input: { reference, output, path: wanted } })
  if (error !== null) return error.code
  try {
    if ((await fs.stat(output)).isDirectory()) return (await filesIn(output)).join()
    const bytes = await fs.readFile(output)
    return bytes.length > 1024 ? digestOf(bytes) : bytes.toString()
  } finally {
    await fs.rm(output, { recursive: true })
  }
}
