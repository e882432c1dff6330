import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ContainerIndex } from '#shared/containers/container-report'
import type { Job } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { type ContainerHome, openContainerHome } from './container-home.js'
import { artifactOf, type BuiltImage, imageOf, indexOf, layerOf, partitioned, writeLayout } from './container-image.js'
import { startRegistry, type TestRegistry } from './registry.js'
import { filesIn, openBench, type TestBench } from './workbench.js'

type Wish = Partial<JobInputDraft<'extract-container'>>

const MIB = 1024 ** 2
const access = { plainHttp: true }

let home: ContainerHome
let bench: TestBench
let registry: TestRegistry
let raw: Buffer
let qcow2: Buffer

beforeAll(async () => {
  home = await openContainerHome()
  bench = await openBench(home.env)
  registry = await startRegistry()
  raw = diskOf(6 * MIB)
  qcow2 = await qcow2Of(raw)
})

afterAll(async () => {
  await registry.stop()
  await bench.close()
  await home.remove()
})

/** A raw disk with a partition table, noise at its ends and nothing between. */
function diskOf(bytes: number): Buffer {
  const disk = Buffer.alloc(bytes)
  disk.set(randomBytes(MIB), MIB)
  disk.set(randomBytes(MIB), bytes - MIB)
  return partitioned(disk)
}

async function qcow2Of(disk: Buffer, ...options: string[]): Promise<Buffer> {
  const [from, to] = [path.join(home.folder, 'q.raw'), path.join(home.folder, 'q.qcow2')]
  await fs.writeFile(from, disk)
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', ...options, from, to])
  return fs.readFile(to)
}

let count = 0
/** An image in a layout of its own, as a reference. */
async function stored(image: BuiltImage): Promise<string> {
  count += 1
  return `oci:${await writeLayout(path.join(home.folder, `layout-${count}`), image)}`
}

async function take(reference: string, wish: Wish = {}): Promise<{ job: Job; output: string }> {
  count += 1
  const output = wish.output ?? path.join(bench.folder, `out ${count}.img`)
  const job = await bench.run({ kind: 'extract-container', input: { reference, output, access, ...wish } })
  return { job, output }
}

async function taken(reference: string, wish: Wish = {}): Promise<{ job: Job; bytes: Buffer; output: string }> {
  const { job, output } = await take(reference, wish)
  if (job.state !== 'succeeded') throw new Error(JSON.stringify(job.error, null, 2))
  return { job, output, bytes: await fs.readFile(output) }
}

/** The error, and that nothing stayed. */
async function refused(reference: string, wish: Wish = {}): Promise<NonNullable<Job['error']>> {
  const before = await filesIn(bench.folder)
  const { job } = await take(reference, wish)
  expect(job.state).toBe('failed')
  expect(await filesIn(bench.folder)).toEqual(before)
  if (job.error === null) throw new Error('it did not fail')
  return job.error
}

async function indexed(reference: string): Promise<ContainerIndex> {
  const { id } = bench.core.containers.openIndex({ reference, access })
  try {
    return await bench.core.containers.waitForIndex(id)
  } finally {
    bench.core.containers.closeIndex(id)
  }
}

for (const compression of ['none', 'gzip', 'zstd'] as const) {
  test(`the only disk of an image is found and taken from a registry: layers with ${compression}`, async () => {
    const layers = [
      await layerOf([{ name: 'etc/motd', data: 'hello' }]),
      await layerOf([{ name: 'disk/boot.qcow2', data: qcow2, uid: 107 }]),
    ]
    await registry.push(`boot/${compression}`, 'v1', imageOf({ layers, compression }))
    const { job, bytes, output } = await taken(`docker://${registry.registry}/boot/${compression}:v1`)
    expect(bytes.equals(qcow2)).toBe(true)
    expect(job.output?.proofs.join('\n')).toMatch(/qcow2 v3, zlib, a disk of 6 MiB\n.*\/disk\/boot\.qcow2 of docker:/s)
    expect(job.output?.proofs[0]).toMatch(/^Digest of the layer checked to its end: sha256:/)
    expect(job.output?.container).toMatchObject({ digest: expect.stringMatching(/^sha256:/) })
    expect(await bench.core.containers.origin(output)).toMatchObject({ path: '/disk/boot.qcow2', digest: job.output?.container?.digest })
  })
}

test('what an index finds: disks of all kinds, the most likely first; whiteouts hide what is below', async () => {
  const lower = await layerOf([
    { name: 'disk/old.qcow2', data: qcow2 },
    { name: 'disk/gone/a.qcow2', data: qcow2 },
    { name: 'opt/packed.img.xz', data: execFileSync('xz', ['-c'], { input: raw, maxBuffer: 64 * MIB }) },
    { name: 'usr/share/doc/readme.gz', data: gzipSync('no disk') },
    { name: 'opt/split.raw.part0', data: raw.subarray(0, 3 * MIB) },
    { name: 'opt/split.raw.part1', data: raw.subarray(3 * MIB) },
  ])
  const upper = await layerOf([
    { name: 'disk/.wh.old.qcow2' },
    { name: 'disk/gone/.wh..wh..opq' },
    { name: 'disk/boot.qcow2', data: qcow2 },
    { name: 'opt/small', type: 'directory' },
    { name: 'opt/small/link', type: 'symlink', linkname: '../../etc/passwd' },
  ])
  const reference = await stored(imageOf({ layers: [lower, upper], compression: 'gzip' }))
  const index = await indexed(reference)
  expect(index.candidates.map(({ path: at }) => at)).toEqual(['/disk/boot.qcow2', '/opt/split.raw.part0', '/opt/packed.img.xz'])
  expect(index.candidates[2]).toMatchObject({ compression: 'xz', format: 'raw', virtualBytes: null })
  expect(index.candidates[1]).toMatchObject({ parts: ['/opt/split.raw.part0', '/opt/split.raw.part1'], virtualBytes: raw.length })
  expect(index).toMatchObject({ state: 'done', readBytes: index.totalBytes })
  const { id } = bench.core.containers.openIndex({ reference })
  await bench.core.containers.waitForIndex(id)
  expect(bench.core.containers.list(id, '/disk').map(({ name }) => name)).toEqual(['boot.qcow2', 'gone'])
  expect(bench.core.containers.list(id, '/disk/gone')).toEqual([])
  expect(bench.core.containers.list(id, '/opt/small')).toMatchObject([{ name: 'link', kind: 'symlink', link: '../../etc/passwd' }])
  bench.core.containers.closeIndex(id)
  expect(await indexed(reference)).toEqual({ ...index, id: expect.any(String) })
  const error = await refused(reference)
  expect([error.code, error.details.disks]).toEqual(['several-disks', expect.stringContaining('/disk/boot.qcow2')])
})

test('a compressed disk is unpacked, or taken as it is', async () => {
  const packed = {
    gzip: gzipSync(raw),
    zstd: execFileSync('zstd', ['-qc'], { input: raw, maxBuffer: 64 * MIB }),
    xz: execFileSync('xz', ['-c'], { input: raw, maxBuffer: 64 * MIB }),
  }
  for (const [name, data] of Object.entries(packed)) {
    const reference = await stored(imageOf({ layers: [await layerOf([{ name: `disk/a.raw.${name}`, data }])] }))
    const { bytes, job } = await taken(reference)
    expect(bytes.equals(raw)).toBe(true)
    expect(job.output?.isDisk).toBe(true)
    expect(job.output?.proofs).toContain(`Unpacked to the end (${name}); its checksums match`)
    expect((await taken(reference, { unpack: false })).bytes.equals(data)).toBe(true)
  }
})

test('parts in several layers are joined, whatever their order', async () => {
  const part = (number: number): Buffer => raw.subarray(number * MIB, number === 3 ? undefined : (number + 1) * MIB)
  const layers = [
    await layerOf([
      { name: 'disk/d.raw.003', data: part(2) },
      { name: 'disk/d.raw.001', data: part(0) },
    ]),
    await layerOf([{ name: 'disk/d.raw.004', data: part(3) }]),
    await layerOf([{ name: 'disk/d.raw.002', data: part(1) }]),
  ]
  const reference = await stored(imageOf({ layers, compression: 'gzip' }))
  for (const wish of [{}, { path: '/disk/d.raw.001' }]) {
    const { bytes, job } = await taken(reference, wish)
    expect(bytes.equals(raw)).toBe(true)
    expect(job.output?.proofs).toContain('Joined from 4 parts')
  }
  expect((await taken(reference, { path: 'disk/d.raw.002' })).bytes.equals(part(1))).toBe(true)
})

test('a disk that is only called like a first part is taken alone', async () => {
  const layers = [await layerOf([{ name: 'disk/d.qcow2.1', data: qcow2 }])]
  expect((await taken(await stored(imageOf({ layers })), { path: '/disk/d.qcow2.1' })).bytes.equals(qcow2)).toBe(true)
})

test('a blob of an artifact is the disk itself', async () => {
  const image = artifactOf('application/x-disk', [
    { title: 'readme.txt', mediaType: 'text/plain', data: Buffer.from('words') },
    { title: 'disk.qcow2', mediaType: 'application/x-qemu-disk', data: qcow2 },
  ])
  await registry.push('art/disk', 'v1', image)
  const reference = `docker://${registry.registry}/art/disk:v1`
  expect((await indexed(reference)).candidates).toMatchObject([{ path: 'disk.qcow2', label: 'qcow2 v3, zlib', virtualBytes: raw.length }])
  expect((await taken(reference)).bytes.equals(qcow2)).toBe(true)
  expect((await taken(reference, { path: 'readme.txt' })).bytes.toString()).toBe('words')
})

test('one image of an index, by its platform', async () => {
  const [one, other] = [await layerOf([{ name: 'disk/a.raw', data: raw }]), await layerOf([{ name: 'disk/b.qcow2', data: qcow2 }])]
  const image = indexOf([imageOf({ layers: [one], architecture: 'amd64' }), imageOf({ layers: [other], architecture: 's390x' })])
  await registry.push('many/disk', 'v1', image)
  const reference = `docker://${registry.registry}/many/disk:v1`
  expect((await taken(reference, { platform: { architecture: 'amd64' } })).bytes.equals(raw)).toBe(true)
  expect((await taken(reference, { platform: { architecture: 's390x' } })).bytes.equals(qcow2)).toBe(true)
  expect((await refused(reference, { platform: { architecture: 'sparc' } })).code).toBe('platform-not-found')
})

test('files, and folders with links that stay inside', async () => {
  const lower = await layerOf([
    { name: 'data/', type: 'directory', mode: 0o755, mtime: new Date(1_500_000_000_000) },
    { name: 'data/keep', data: 'kept', mode: 0o4755, mtime: new Date(1_600_000_000_000) },
    { name: 'data/gone', data: 'gone' },
    { name: 'data/deep/old', data: 'old' },
    { name: 'etc/shadow', data: 'secret' },
  ])
  const upper = await layerOf([
    { name: 'data/.wh.gone' },
    { name: 'data/deep/.wh..wh..opq' },
    { name: 'data/deep/new', data: 'new' },
    { name: 'data/hard', type: 'link', linkname: 'data/keep' },
    { name: 'data/soft', type: 'symlink', linkname: 'deep/new', mtime: new Date(1_700_000_000_000) },
    { name: 'data/out', type: 'symlink', linkname: '../etc/shadow' },
    { name: 'data/absolute', type: 'symlink', linkname: '/etc/shadow' },
    { name: 'data/out-hard', type: 'link', linkname: 'etc/shadow' },
    { name: 'data/null', type: 'character-device' },
    { name: 'data/pipe', type: 'fifo' },
  ])
  const reference = await stored(imageOf({ layers: [lower, upper] }))
  expect((await taken(reference, { path: '/etc/shadow' })).bytes.toString()).toBe('secret')
  expect((await taken(reference, { path: 'data/hard' })).bytes.toString()).toBe('kept')
  expect((await refused(reference, { path: '/data/gone' })).code).toBe('guest-file-not-found')
  expect((await refused(reference, { path: '/data/null' })).code).toBe('not-a-regular-file')
  expect((await refused(reference, { path: '/data/../..' })).code).toBe('bad-input')
  const { job, output } = await take(reference, { path: '/data' })
  expect(job.error).toBeNull()
  expect(job.output?.isDisk).toBe(false)
  expect(await filesIn(output)).toEqual(['deep', 'hard', 'keep', 'soft'])
  expect(await filesIn(path.join(output, 'deep'))).toEqual(['new'])
  expect(await fs.readlink(path.join(output, 'soft'))).toBe('deep/new')
  const [hard, keep] = await Promise.all(['hard', 'keep'].map((name) => fs.stat(path.join(output, name))))
  expect([hard?.ino, (keep?.mode ?? 0) & 0o7777]).toEqual([keep?.ino, 0o755])
  const times = await Promise.all(['.', 'keep', 'soft'].map(async (name) => (await fs.lstat(path.join(output, name))).mtimeMs))
  expect(times).toEqual([1_500_000_000_000, 1_600_000_000_000, 1_700_000_000_000])
  expect(job.output?.proofs.join('\n')).toMatch(/2 left out, links that lead out of the folder: \/out, \/absolute/)
  expect((await refused(reference, { path: '/data', output })).code).toBe('output-exists')
})

test('links that are named are followed inside of the image, through its layers, and nowhere else', async () => {
  const lower = await layerOf([
    { name: 'disks/v1/boot.raw', data: 'boot' },
    { name: 'disks/latest', type: 'symlink', linkname: 'v1' },
    { name: 'etc/hostname', data: 'image' },
  ])
  const upper = await layerOf([
    { name: 'disk', type: 'symlink', linkname: '/disks/latest' },
    { name: 'boot.raw', type: 'symlink', linkname: 'disk/boot.raw' },
    { name: 'up/here', type: 'symlink', linkname: '../../../../../etc/hostname' },
    { name: 'host', type: 'symlink', linkname: '/etc/hostname' },
    { name: 'round', type: 'symlink', linkname: 'about' },
    { name: 'about', type: 'symlink', linkname: 'round' },
    { name: 'nowhere', type: 'symlink', linkname: 'disks/none' },
    { name: 'odd', type: 'symlink', linkname: 'disk/../etc/hostname' },
  ])
  const reference = await stored(imageOf({ layers: [lower, upper] }))
  const linked = await taken(reference, { path: '/boot.raw' })
  expect(linked.bytes.toString()).toBe('boot')
  expect(linked.job.output?.proofs.join('\n')).toContain('/boot.raw of')
  expect((await taken(reference, { path: '/disk/boot.raw' })).bytes.toString()).toBe('boot')
  // As for a system in the image, nothing lies above its root: the file of this machine is another one.
  expect((await taken(reference, { path: '/up/here' })).bytes.toString()).toBe('image')
  expect((await taken(reference, { path: '/host' })).bytes.toString()).toBe('image')
  const folder = await take(reference, { path: '/disk' })
  expect(await filesIn(folder.output)).toEqual(['boot.raw'])
  expect((await refused(reference, { path: '/round' })).code).toBe('container-invalid')
  expect((await refused(reference, { path: '/nowhere' })).code).toBe('guest-file-not-found')
  expect((await refused(reference, { path: '/odd' })).code).toBe('not-a-regular-file')
})

test('whether there is a newer one', async () => {
  const name = `docker://${registry.registry}/newer/disk:latest`
  await registry.push('newer/disk', 'latest', imageOf({ layers: [await layerOf([{ name: 'disk/a.qcow2', data: qcow2 }])] }))
  const { output } = await taken(name)
  const check = () => bench.core.containers.checkNewer(output, { access })
  expect(await check()).toMatchObject({ state: 'same', origin: { path: '/disk/a.qcow2' } })
  const newer = imageOf({ layers: [await layerOf([{ name: 'disk/a.qcow2', data: raw }])], created: '2026-01-01T00:00:00Z' })
  await registry.push('newer/disk', 'latest', newer)
  expect(await check()).toMatchObject({ state: 'newer', digest: newer.digest, createdAt: '2026-01-01T00:00:00.000Z' })
  await fs.appendFile(output, 'changed')
  expect(await bench.core.containers.origin(output)).toBeNull()
})
