import fs from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { ImageInfo } from '#shared/images/image-info'
import { sampleInfo } from '#shared/ovf/testing/sample-info'
import type { Packer } from './packer.js'
import { noise, PackingBench } from './testing/packing-bench.js'
import { writeOciArchive } from './write-oci-archive.js'

const MIB = 1024 ** 2
const OCI = { container: 'oci', format: 'qcow2' } as const

let bench: PackingBench
beforeAll(async () => {
  bench = await PackingBench.open()
})
afterAll(() => bench.close())

function knowing(info: Partial<ImageInfo>): Packer {
  return (request) => writeOciArchive({ ...request, source: { ...request.source, info: sampleInfo(info) } })
}

async function sample(name: string): Promise<BlockNode> {
  return bench.disk(name, 200 * MIB, [
    { at: 512, bytes: noise(100_000) },
    { at: 150 * MIB, bytes: noise(2 * MIB, 3) },
  ])
}

test.each([
  ['v3', []],
  ['compressed', []],
  ['v3', ['cluster_size=2M', 'lazy_refcounts=on']],
] as const)('qcow2 %s %j: tar and qemu-img read it, and the disk is what qemu-img alone would have written', async (subformat, options) => {
  const source = await sample('disk.raw')
  const packed = await bench.pack(knowing({ osName: 'Oracle Linux Server 8.10', firmware: 'uefi' }), source, 'boot, 1.oci', {
    input: { ...OCI, subformat, options: [...options] },
  })
  expect(packed.disk).toMatchObject({ driver: 'qcow2', backing: null, window: { offset: 512 } })
  if (packed.disk === null) throw new Error('no disk')
  expect(await bench.sh('qemu-img compare "$1" "$2"', jsonName(source), jsonName(packed.disk))).toContain('identical')

  expect(await bench.sh('tar --list --file "$1"', packed.part)).toBe('output.QCOW2\nimage_metadata.json\n')
  const metadata: unknown = JSON.parse(await bench.sh('tar -xOf "$1" image_metadata.json', packed.part))
  expect(metadata).toMatchObject({
    version: 2,
    externalLaunchOptions: { firmware: 'UEFI_64', bootVolumeType: 'PARAVIRTUALIZED' },
    operatingSystem: 'Oracle Linux',
    operatingSystemVersion: '8.10',
  })
  await bench.sh('tar -xOf "$1" output.QCOW2 > "$2"', packed.part, bench.at('out.qcow2'))
  expect(await bench.sh('qemu-img check -f qcow2 "$1"', bench.at('out.qcow2'))).toContain('No errors')
  const extra = options.length > 0 ? `-o ${options.join(',')}` : ''
  const flags = subformat === 'compressed' ? '-c' : ''
  await bench.sh(`qemu-img convert ${flags} ${extra} -f raw -O qcow2 "$1" "$2"`, source.path, bench.at('alone.qcow2'))
  const [inside, alone] = await Promise.all([fs.stat(bench.at('out.qcow2')), fs.stat(bench.at('alone.qcow2'))])
  expect(inside.size).toBeLessThanOrEqual(alone.size + 65_536)
  const info = JSON.parse(await bench.sh('qemu-img info --output=json "$1"', bench.at('out.qcow2'))) as Record<string, unknown>
  expect(info['cluster-size']).toBe(options.length > 0 ? 2 * MIB : 65_536)
})

test('nothing is left in the work folder, and a large empty disk stays small', async () => {
  const source = await bench.disk('large.raw', 1024 * 1024 * MIB)
  const packed = await bench.pack(knowing({}), source, 'large.oci', { input: OCI })
  expect((await fs.stat(packed.part)).size).toBeLessThan(MIB)
  expect(await fs.readdir(bench.folder)).not.toContain('empty.qcow2')
})

test('a cancelled job ends in the middle', async () => {
  const source = await bench.disk('long.raw', 64 * MIB, [{ at: 0, bytes: noise(64 * MIB) }])
  const controller = new AbortController()
  const progress = { fraction: () => {}, bytes: () => controller.abort() }
  const work = bench.pack(knowing({}), source, 'long.oci', { input: OCI, signal: controller.signal, progress })
  await expect(work).rejects.toMatchObject({ code: 'cancelled' })
})

test('options that name other files are refused', async () => {
  const source = await bench.disk('small.raw', MIB)
  const work = bench.pack(knowing({}), source, 'small.oci', { input: { ...OCI, options: ['data_file=/etc/passwd'] } })
  await expect(work).rejects.toMatchObject({ code: 'bad-input' })
})
