import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import type { ImageInfo } from '#shared/images/image-info'
import type { ConvertInput } from '#shared/jobs/convert-request'
import { sampleInfo } from '#shared/ovf/testing/sample-info'
import { only, parseXml } from '#shared/ovf/testing/xml-tree'
import type { Packed, Packer } from './packer.js'
import { noise, PackingBench } from './testing/packing-bench.js'
import { packOva, writeOva } from './write-ova.js'

const MIB = 1024 ** 2
const NAME = 'My "boot" image, ünïcode.ova'
const STEM = 'My-boot-image-unicode'
const OVA = { options: ['level=1'], container: 'ova', format: 'vmdk' } as const satisfies Partial<ConvertInput>

let bench: PackingBench
beforeAll(async () => {
  bench = await PackingBench.open()
})
afterAll(() => bench.close())

/** A packer that is told what is known of the image. */
function knowing(info: Partial<ImageInfo>, packer: Packer = writeOva): Packer {
  return (request) => packer({ ...request, source: { ...request.source, info: sampleInfo(info) } })
}

async function requireSame(source: BlockNode, packed: Packed): Promise<void> {
  if (packed.disk === null) throw new Error('no disk to compare')
  expect(await bench.sh('qemu-img compare "$1" "$2"', jsonName(source), jsonName(packed.disk))).toContain('identical')
}

test.each([
  ['vmware-ova', 'vmx-17', { osName: 'Fedora CoreOS 40', ignitionPlatform: 'vmware', firmware: 'uefi' }],
  ['virtualbox-ova', 'virtualbox-2.2', { osName: 'Debian GNU/Linux 12', firmware: 'bios' }],
] as const)('%s: GNU tar, sha256sum, xmllint, 7-Zip and qemu-img read it', async (artifact, family, info) => {
  const source = await bench.disk('disk.raw', 24 * MIB + 512, [
    { at: MIB, bytes: noise(3 * MIB) },
    { at: 24 * MIB, bytes: noise(512, 5) },
  ])
  const packed = await bench.pack(knowing(info), source, NAME, { input: { ...OVA, artifact } })
  await requireSame(source, packed)

  const listed = await bench.sh('tar --list --file "$1"', packed.part)
  expect(listed).toBe(`${STEM}.ovf\n${STEM}.mf\n${STEM}-disk1.vmdk\n`)
  const file = await fs.readFile(packed.part)
  expect(file.toString('latin1', 257, 265)).toBe('ustar\x0000')
  expect(file.length % 10_240).toBe(0)

  const out = bench.at('unpacked')
  await fs.rm(out, { recursive: true, force: true })
  await fs.mkdir(out)
  await bench.sh('tar --extract --file "$1" --directory "$2"', packed.part, out)
  const manifest = await fs.readFile(`${out}/${STEM}.mf`, 'utf8')
  const sums = manifest.replaceAll(/^SHA256\((.*)\)= ([0-9a-f]{64})$/gm, '$2  $1')
  await fs.writeFile(`${out}/sums`, sums)
  expect(await bench.sh('cd "$1" && sha256sum --check --strict sums', out)).toBe(`${STEM}.ovf: OK\n${STEM}-disk1.vmdk: OK\n`)

  await bench.sh('xmllint --nonet --noout "$1"', `${out}/${STEM}.ovf`)
  const envelope = parseXml(await fs.readFile(`${out}/${STEM}.ovf`, 'utf8'))
  const disk = await fs.stat(`${out}/${STEM}-disk1.vmdk`)
  expect(only(only(envelope, 'ovf:References'), 'ovf:File').attributes).toMatchObject({
    'ovf:href': `${STEM}-disk1.vmdk`,
    'ovf:size': String(disk.size),
  })
  expect(only(only(envelope, 'ovf:DiskSection'), 'ovf:Disk').attributes).toMatchObject({
    'ovf:capacity': String(24 * MIB + 512),
    // The last sector's grain counts as a whole one.
    'ovf:populatedSize': String(3 * MIB + 65_536),
  })
  const system = only(envelope, 'ovf:VirtualSystem')
  expect(only(system, 'ovf:Name').text).toBe('My "boot" image, ünïcode')
  const hardware = only(only(system, 'ovf:VirtualHardwareSection'), 'ovf:System')
  expect(only(hardware, 'vssd:VirtualSystemType').text).toBe(family)
  expect(await bench.sh('7zz l "$1"', packed.part)).toContain(`${STEM}-disk1.vmdk`)
})

test('virt-v2v takes the machine and the disk out of it, and compares its digests', async () => {
  const source = await bench.disk('machine.raw', 8 * MIB, [{ at: MIB, bytes: noise(MIB) }])
  const machine = { cpus: 3, memoryMib: 1536, diskController: 'sata', network: 'e1000' } as const
  const packed = await bench.pack(knowing({ firmware: 'uefi' }), source, 'machine.ova', { input: { ...OVA, machine } })
  const printed = await bench.sh('virt-v2v -i ova "$1" --print-source 2>&1', packed.part)
  expect(printed).toMatch(/source name: machine\n/)
  expect(printed).toMatch(/memory: 1610612736 \(bytes\)/)
  expect(printed).toMatch(/nr vCPUs: 3\n/)
  expect(printed).toMatch(/firmware: uefi\n/)
  expect(printed).toMatch(/0 \[sata\]/)
  expect(printed).toMatch(/"VM Network" \[e1000\]/)

  const window = packed.disk?.window
  if (window === undefined) throw new Error('no window')
  const handle = await fs.open(packed.part, 'r+')
  await handle.write(Buffer.from([0xff]), 0, 1, window.offset + window.size - 512)
  await handle.close()
  expect(await bench.sh('virt-v2v -i ova "$1" --print-source 2>&1 || true', packed.part)).toContain('checksum of disk machine-disk1.vmdk')
})

test("a disk of qemu-img's is packed as it comes", async () => {
  const source = await bench.disk('other.raw', 4 * MIB, [{ at: MIB, bytes: noise(MIB) }])
  await bench.sh('qemu-img convert -f raw -O vmdk -o subformat=streamOptimized "$1" "$2"', source.path, bench.at('other.vmdk'))
  const vmdk = await fs.readFile(bench.at('other.vmdk'))
  const packer: Packer = (request) =>
    packOva(request, async (_machine, _name, sink) => {
      for (let at = 0; at < vmdk.length; at += 100_000) await sink(vmdk.subarray(at, at + 100_000))
      return { populatedBytes: MIB }
    })
  const packed = await bench.pack(knowing({}, packer), source, 'other.ova', { input: OVA })
  await requireSame(source, packed)
  const window = packed.disk?.window
  if (window === undefined) throw new Error('no window')
  const inside = (await fs.readFile(packed.part)).subarray(window.offset, window.offset + window.size)
  expect(inside.equals(vmdk)).toBe(true)
  expect((await fs.readFile(packed.part, 'utf8')).includes(createHash('sha256').update(vmdk).digest('hex'))).toBe(true)
})

test('a cancelled job ends in the middle', async () => {
  const source = await bench.disk('long.raw', 64 * MIB, [{ at: 0, bytes: noise(64 * MIB) }])
  const controller = new AbortController()
  const progress = { fraction: () => {}, bytes: (done: number) => void (done >= 8 * MIB && controller.abort()) }
  const work = bench.pack(knowing({}), source, 'long.ova', { input: OVA, signal: controller.signal, progress })
  await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  expect((await fs.stat(bench.at('long.ova.part'))).size).toBeLessThan(64 * MIB)
})

test('a full disk says so', async () => {
  const source = await bench.disk('any.raw', MIB, [{ at: 0, bytes: noise(MIB) }])
  const work = bench.pack(knowing({}), source, 'any.ova', { input: OVA, part: '/dev/full' })
  await expect(work).rejects.toMatchObject({ code: 'no-space' })
})

test('choices that exclude each other, and names that an OVF cannot hold, are refused before anything is written', async () => {
  const source = await bench.disk('no.raw', MIB)
  const impossible = bench.pack(knowing({}), source, 'no.ova', { input: { ...OVA, machine: { firmware: 'bios', secureBoot: true } } })
  await expect(impossible).rejects.toMatchObject({ code: 'bad-input' })
  const broken: Packer = (request) => knowing({})({ ...request, name: 'two\nlines.ova' })
  await expect(bench.pack(broken, source, 'no.ova', { input: OVA })).rejects.toMatchObject({ code: 'bad-input' })
  expect((await fs.stat(bench.at('no.ova.part'))).size).toBe(0)
})
