import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ContainerIndex } from '#shared/containers/container-report'
import type { Job } from '#shared/jobs/job'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { type ContainerHome, openContainerHome } from './container-home.js'
import { type BuiltImage, imageOf, layerOf, partitioned, writeLayout } from './container-image.js'
import { filesIn, openBench, type TestBench } from './workbench.js'

type Wish = Partial<JobInputDraft<'extract-container'>>

const MIB = 1024 ** 2

let home: ContainerHome
let bench: TestBench
let outside: string

beforeAll(async () => {
  home = await openContainerHome()
  bench = await openBench(home.env)
  outside = path.join(home.folder, 'outside')
  await fs.writeFile(outside, 'untouched')
})

afterAll(async () => {
  expect(await fs.readFile(outside, 'utf8')).toBe('untouched')
  await bench.close()
  await home.remove()
})

function disk(bytes = 2 * MIB): Buffer {
  return partitioned(randomBytes(bytes))
}

/** One member of a tar, byte by byte as it is wanted: no program would write some of these. */
function member(fields: { name: string | Buffer; data?: Buffer; type?: string; link?: string; mode?: number }): Buffer {
  const { name, data = Buffer.alloc(0), type = '0', link = '', mode = 0o644 } = fields
  const header = Buffer.alloc(512)
  header.set(Buffer.from(name).subarray(0, 100), 0)
  header.write(mode.toString(8).padStart(7, '0'), 100)
  header.write('0000000', 108)
  header.write('0000000', 116)
  header.write(data.length.toString(8).padStart(11, '0'), 124)
  header.write('00000000000', 136)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\u000000', 257, 'latin1')
  header.fill(0x20, 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)])
}

const END = Buffer.alloc(1024)
const tarOf = (...members: Parameters<typeof member>[0][]): Buffer => Buffer.concat([...members.map(member), END])

let count = 0
async function stored(image: BuiltImage): Promise<string> {
  count += 1
  return `oci:${await writeLayout(path.join(home.folder, `layout-${count}`), image)}`
}

async function take(image: BuiltImage, wish: Wish = {}): Promise<{ job: Job; output: string }> {
  const reference = await stored(image)
  const output = path.join(bench.folder, `out ${count}`)
  return { job: await bench.run({ kind: 'extract-container', input: { reference, output, ...wish } }), output }
}

async function refused(image: BuiltImage, wish: Wish = {}): Promise<NonNullable<Job['error']>> {
  const before = await filesIn(bench.folder)
  const { job } = await take(image, wish)
  expect(await filesIn(bench.folder)).toEqual(before)
  if (job.error === null) throw new Error(`it did not fail: ${JSON.stringify(job.output)}`)
  return job.error
}

async function look<T>(image: BuiltImage, work: (index: ContainerIndex) => T | Promise<T>): Promise<T> {
  const { containers } = bench.core
  const { id } = containers.openIndex({ reference: await stored(image) })
  try {
    return await work(await containers.waitForIndex(id))
  } finally {
    containers.closeIndex(id)
  }
}

test('names that lead out are left out and told; absolute ones mean the root of the image', async () => {
  const layer = tarOf(
    { name: '../../../../tmp/evil', data: Buffer.from('x') },
    { name: 'a/../../evil', data: Buffer.from('x') },
    { name: outside, data: Buffer.from('overwritten') },
    { name: 'line\nbreak\u001b[2J', data: Buffer.from('x') },
    { name: Buffer.from([0x61, 0xff, 0xfe]), data: Buffer.from('x') },
    { name: 'ok', data: Buffer.from('fine') },
  )
  const image = imageOf({ layers: [layer] })
  await look(image, ({ id, notes }) => {
    expect(notes.join('\n')).toMatch(/\.\.\/.*tmp\/evil is left out: its name leads out of the image\na\/\.\.\/\.\.\/evil is left out/)
    expect(bench.core.containers.list(id, path.dirname(outside))).toMatchObject([{ name: 'outside', kind: 'file' }])
    expect(bench.core.containers.list(id, '/').map(({ name }) => name)).toContain('line\nbreak\u001b[2J')
  })
  const { job, output } = await take(image, { path: '/' })
  expect(job.error).toBeNull()
  expect(new Set(await filesIn(output))).toEqual(new Set(['aÿþ', 'ok', outside.split('/')[1]]))
  expect(job.output?.proofs.join('\n')).toMatch(/1 left out, its name holds control characters: \/lineU\+000Abreak/)
})

test('nothing is ever written through a link', async () => {
  const layer = tarOf(
    { name: 'd/', type: '5', mode: 0o755 },
    { name: 'd/out', type: '2', link: home.folder },
    { name: 'd/out/outside', data: Buffer.from('overwritten') },
    { name: 'd/up', type: '2', link: '..' },
    { name: 'd/up/up', type: '2', link: '../..' },
    { name: 'd/hard', type: '1', link: outside },
    { name: 'd/hard2', type: '1', link: '../outside' },
    { name: 'd/file', data: Buffer.from('one'), mode: 0o6755 },
    { name: 'd/same', type: '1', link: 'd/same' },
    { name: 'd/file/below', data: Buffer.from('two') },
  )
  const { job, output } = await take(imageOf({ layers: [layer] }), { path: '/d' })
  expect(job.error).toBeNull()
  expect(await filesIn(output)).toEqual(['file', 'out', 'up'])
  expect(await fs.readFile(path.join(output, 'out/outside'), 'utf8')).toBe('overwritten')
  expect((await fs.lstat(path.join(output, 'out'))).isDirectory()).toBe(true)
  expect(await filesIn(path.join(output, 'up'))).toEqual([])
  expect(await fs.readFile(outside, 'utf8')).toBe('untouched')
  expect((await refused(imageOf({ layers: [layer] }), { path: '/d/hard2' })).code).toBe('container-invalid')
})

test('two entries of one name are never guessed between', async () => {
  const twins = imageOf({ layers: [tarOf({ name: 'disk/a.raw', data: disk() }, { name: './disk//a.raw', data: disk() })] })
  for (const wish of [{}, { path: '/disk/a.raw' }]) {
    expect(await refused(twins, wish)).toMatchObject({ code: 'container-invalid', details: { reason: expect.stringContaining('twice') } })
  }
})

test('a disk that is based on another file is never taken by itself, and refused where that lies elsewhere', async () => {
  const make = async (base: string): Promise<Buffer> => {
    const file = path.join(home.folder, 'backed.qcow2')
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-u', '-b', base, '-F', 'raw', file, '4M'])
    return fs.readFile(file)
  }
  const elsewhere = imageOf({ layers: [await layerOf([{ name: 'disk/a.qcow2', data: await make('/etc/passwd') }])] })
  const beside = imageOf({ layers: [await layerOf([{ name: 'disk/a.qcow2', data: await make('base.raw') }])] })
  expect((await look(elsewhere, ({ candidates }) => candidates))[0]).toMatchObject({ needs: ['/etc/passwd'] })
  expect((await look(beside, ({ candidates }) => candidates))[0]).toMatchObject({ needs: ['base.raw'], path: '/disk/a.qcow2' })
  for (const wish of [{}, { path: '/disk/a.qcow2' }]) expect((await refused(elsewhere, wish)).code).toBe('reference-refused')
  expect((await refused(beside)).code).toBe('image-unsupported')
  const { job } = await take(beside, { path: '/disk/a.qcow2' })
  expect(job.output?.proofs).toContain('It needs base.raw beside it')
})

test('bombs end at their limit: zeros cost nothing, lengths beyond any file system are refused', async () => {
  const zeros = gzipSync(Buffer.concat([disk(MIB), Buffer.alloc(255 * MIB)]), { level: 1 })
  const { job, output } = await take(imageOf({ layers: [await layerOf([{ name: 'disk/a.raw.gz', data: zeros }])] }))
  expect(job.error).toBeNull()
  const { size, blocks } = await fs.stat(output)
  expect([size, blocks * 512 < 4 * MIB]).toEqual([256 * MIB, true])
  // A sparse file of a tebibyte times 32 from a few blocks (GNU tar's format 1.0).
  const records = 'GNU.sparse.major=1|GNU.sparse.minor=0|GNU.sparse.name=disk/a.raw|GNU.sparse.realsize=35184372088832'.split('|')
  const pax = records.map((record) => `${record.length + 4} ${record}\n`).join('')
  const map = Buffer.alloc(512)
  map.write('1\n0\n512\n')
  const bomb = tarOf(
    { name: 'x', type: 'x', data: Buffer.from(pax) },
    { name: 'a', data: Buffer.concat([map, disk(MIB).subarray(0, 512)]) },
  )
  expect((await refused(imageOf({ layers: [bomb] }))).code).toBe('file-too-large')
})

test('what is cut short, damaged, or followed by something else is told, and leaves nothing', async () => {
  const good = tarOf({ name: 'disk/a.raw', data: disk() })
  const packed = { gzip: gzipSync(good), zstd: execFileSync('zstd', ['-qc'], { input: good, maxBuffer: 64 * MIB }) }
  for (const [compression, blob] of Object.entries(packed)) {
    for (const [what, bytes] of Object.entries({ cut: blob.subarray(0, -1000), behind: Buffer.concat([blob, Buffer.from('garbage')]) })) {
      const error = await refused(asStored(good, bytes, compression))
      expect([what, compression, error.code]).toEqual([what, compression, 'container-invalid'])
    }
  }
  expect((await refused(imageOf({ layers: [good.subarray(0, 100_000)] }))).code).toBe('container-invalid')
  expect((await refused(imageOf({ layers: [randomBytes(10_000)] }))).code).toBe('container-invalid')
})

test('a layer that unpacks to something else than the configuration says is refused', async () => {
  const [said, given] = [tarOf({ name: 'disk/a.raw', data: disk() }), tarOf({ name: 'disk/a.raw', data: disk() })]
  expect(await refused(asStored(said, gzipSync(given), 'gzip'))).toMatchObject({
    code: 'blob-mismatch',
    details: { reason: expect.stringContaining('the configuration of the image says') },
  })
})

test('a layer of 100 000 files is read with little memory', async () => {
  const many = Buffer.concat([
    ...Array.from({ length: 100_000 }, (_, at) => member({ name: `usr/share/${at % 100}/file-${at}`, data: Buffer.from('x') })),
    member({ name: 'disk/a.raw', data: disk() }),
    END,
  ])
  const image = imageOf({ layers: [many], compression: 'gzip' })
  const before = process.memoryUsage().heapUsed
  await look(image, (index) => {
    expect(index).toMatchObject({ entries: 100_001, candidates: [{ path: '/disk/a.raw' }] })
    expect(bench.core.containers.list(index.id, '/usr/share/7')).toHaveLength(1000)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(256 * MIB)
  })
})

/** An image whose layer is stored as these bytes, whatever its configuration says that they unpack to. */
function asStored(said: Buffer, blob: Buffer, compression: string): BuiltImage {
  const image = imageOf({ layers: [said] })
  const digest = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  const manifest = JSON.parse(image.manifest.toString('utf8')) as { layers: { digest: string; size: number; mediaType: string }[] }
  manifest.layers = [{ mediaType: `application/vnd.oci.image.layer.v1.tar+${compression}`, digest: digest(blob), size: blob.length }]
  const bytes = Buffer.from(JSON.stringify(manifest))
  return {
    ...image,
    manifest: bytes,
    digest: digest(bytes),
    blobs: new Map([...image.blobs, [digest(blob), blob]]),
    layers: [digest(blob)],
  }
}
