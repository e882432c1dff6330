import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Comparison } from '#shared/images/comparison'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { manifestOf, rawDisk, sh, vmwareOvf } from '../images/packed.js'
import { filesIn, openBench, type TestBench } from './workbench.js'

const MIB = 1024 ** 2
let bench: TestBench
let folder: string
let names: readonly string[]

beforeAll(async () => {
  bench = await openBench()
  ;({ folder } = bench)
  await rawDisk(at('disk.raw'))
  await sh(folder, 'cp disk.raw other.raw && printf x | dd of=other.raw bs=1 seek=6000000 conv=notrunc status=none')
  await sh(
    folder,
    'qemu-img convert -O vmdk -o subformat=streamOptimized disk.raw disk.vmdk && qemu-img convert -O qcow2 other.raw other.qcow2',
  )
  await sh(folder, 'gzip -k disk.raw; xz -T1 -k0 disk.raw; zstd -q disk.raw; bzip2 -k disk.raw; xz -k0 other.raw')
  await sh(folder, 'tar --format=ustar -cf disk.tar disk.raw; tar -czf disk.tar.gz disk.raw; tar -cf two.tar disk.raw other.qcow2')
  const vmdkBytes = (await fs.stat(at('disk.vmdk'))).size
  await fs.writeFile(at('a.ovf'), vmwareOvf([{ href: 'disk.vmdk', bytes: vmdkBytes, capacityMib: 16 }]))
  const manifest = await manifestOf(folder, ['a.ovf', 'disk.vmdk'])
  await fs.writeFile(at('a.mf'), manifest)
  await fs.writeFile(at('b.mf'), manifest.replace(/[0-9a-f]{4}\n$/, 'beef\n'))
  await sh(folder, 'tar --format=ustar -cf disk.ova a.ovf a.mf disk.vmdk; tar --format=ustar -cf bad.ova a.ovf b.mf disk.vmdk')
  await sh(folder, 'head -c 100000 disk.raw.xz > cut.raw.xz')
  names = await filesIn(folder)
})
afterAll(() => bench.close())

// Nothing is left, beside the images or among the app's own files.
afterEach(async () => {
  expect(await filesIn(folder)).toEqual(names)
  expect((await filesIn(path.join(folder, '..', 'cache'))).filter((name) => name.includes('unpacked'))).toEqual([])
})

const at = (name: string): string => path.join(folder, name)

async function compare(left: string, right: string, more: Partial<JobInputDraft<'compare-images'>> = {}): Promise<Comparison> {
  const job = await bench.succeed({ kind: 'compare-images', input: { left: at(left), right: at(right), files: false, ...more } })
  if (!job.output?.comparison) throw new Error('a comparison ends with a comparison')
  return job.output.comparison
}

test.each([
  ['disk.raw.gz', 'disk.raw'],
  ['disk.vmdk', 'disk.raw.xz'],
  ['disk.raw.zst', 'disk.raw.bz2'],
  ['disk.tar', 'disk.tar.gz'],
  ['disk.ova', 'disk.raw'],
])('%s and %s are compared by the disks in them', async (left, right) => {
  expect(await compare(left, right)).toMatchObject({
    identical: true,
    left: { path: at(left), name: left, virtualBytes: 16 * MIB },
    right: { path: at(right), name: right, virtualBytes: 16 * MIB },
  })
})

test('what differs is found, on either side; a manifest that matches is told', async () => {
  const sector = { start: Math.floor(6_000_000 / 512) * 512, length: 512 }
  expect(await compare('disk.raw', 'other.raw.xz')).toMatchObject({ identical: false, ranges: [sector] })
  expect(await compare('other.raw.xz', 'disk.ova')).toMatchObject({ identical: false, ranges: [sector] })
  const job = await bench.succeed({ kind: 'compare-images', input: { left: at('disk.ova'), right: at('disk.ova') } })
  expect(job.output?.proofs).toEqual(['The content is identical', expect.stringContaining('digests of the manifest match')])
})

test('two disks of one archive, by their names', async () => {
  const found = await compare('two.tar', 'two.tar', { leftMember: 'disk.raw', rightMember: 'other.qcow2' })
  expect(found).toMatchObject({ identical: false, left: { name: 'two.tar, disk.raw' }, right: { name: 'two.tar, other.qcow2' } })
})

test.each([
  { what: 'which disk is not said', left: 'two.tar', more: {}, code: 'bad-input', words: 'say which one: disk.raw, other.qcow2' },
  { what: 'there is no such disk', left: 'two.tar', more: { leftMember: 'none' }, code: 'bad-input', words: 'no disk none in it' },
  { what: 'a manifest differs', left: 'bad.ova', more: {}, code: 'manifest-mismatch', words: 'disk.vmdk has another SHA256' },
  { what: 'a packed file ends too early', left: 'cut.raw.xz', more: {}, code: 'image-damaged', words: '' },
])('$what', async ({ left, more, code, words }) => {
  for (const sides of [
    { left: at(left), right: at('disk.raw.gz'), ...more },
    { left: at('disk.raw.gz'), right: at(left), ...('leftMember' in more ? { rightMember: more.leftMember } : {}) },
  ]) {
    const job = await bench.run({ kind: 'compare-images', input: sides })
    expect(job.error?.code).toBe(code)
    expect(JSON.stringify(job.error?.details)).toContain(words)
    expect(job.error?.details['path']).toBe(at(left))
  }
})
