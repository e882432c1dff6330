import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noise, PackingBench, type Piece } from './testing/packing-bench.js'
import { walkVmdk } from './testing/walk-vmdk.js'
import { writeStreamVmdk } from './write-stream-vmdk.js'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

let bench: PackingBench
beforeAll(async () => {
  bench = await PackingBench.open()
})
afterAll(() => bench.close())

const DISKS: Readonly<Record<string, { size: number; pieces: readonly Piece[] }>> = {
  empty: { size: 8 * MIB, pieces: [] },
  'noise all over, more than one grain table': { size: 40 * MIB, pieces: [{ at: 0, bytes: noise(40 * MIB) }] },
  'a last grain that is not whole': { size: 3 * MIB + 512, pieces: [{ at: 3 * MIB, bytes: noise(512) }] },
  'smaller than a grain': { size: 512, pieces: [{ at: 0, bytes: noise(512) }] },
  'pieces across grains and tables': {
    size: 200 * MIB,
    pieces: [
      { at: 512, bytes: noise(70_144) },
      { at: 32 * MIB - 1024, bytes: new Uint8Array(4096).fill(7) },
      { at: 100 * MIB, bytes: new Uint8Array(2 * MIB) },
      { at: 150 * MIB + 65_536, bytes: noise(MIB, 2) },
    ],
  },
  'more than 2 GiB, nearly empty': {
    size: 5 * GIB,
    pieces: [
      { at: 0, bytes: noise(4096) },
      { at: 5 * GIB - 4096, bytes: noise(4096, 3) },
    ],
  },
}

test.each(Object.keys(DISKS))('%s: qemu-img, a walk over the markers, libvmdk and 7-Zip all read it', async (name) => {
  const disk = DISKS[name]
  if (disk === undefined) throw new Error(name)
  const source = await bench.disk('disk.raw', disk.size, disk.pieces)
  const packed = await bench.pack(writeStreamVmdk, source, 'disk.vmdk', { input: { options: ['level=1'], digests: ['sha256', 'sha512'] } })
  expect(packed.disk).toEqual({ driver: 'vmdk', path: packed.part })

  const info = JSON.parse(await bench.sh('qemu-img info -f vmdk --output=json "$1"', packed.part)) as Record<string, unknown>
  expect(info).toMatchObject({
    'virtual-size': disk.size,
    'format-specific': { data: { 'create-type': 'streamOptimized', extents: [{ compressed: true, 'cluster-size': 65_536 }] } },
  })
  expect(await bench.sh('qemu-img check -f vmdk "$1"', packed.part)).toContain('No errors were found')
  expect(await bench.sh('qemu-img compare -f raw -F vmdk "$1" "$2"', source.path, packed.part)).toContain('identical')

  const file = await fs.readFile(packed.part)
  const walked = walkVmdk(file)
  expect(walked.capacity * 512).toBe(disk.size)
  for (const { at, bytes } of disk.pieces) expect(readBack(walked.grains, at, bytes.length).equals(bytes)).toBe(true)
  expect(packed.digests).toEqual({
    sha256: createHash('sha256').update(file).digest('hex'),
    sha512: createHash('sha512').update(file).digest('hex'),
  })

  expect(await bench.sh('vmdkinfo "$1"', packed.part)).toMatch(/Disk type:\s+Stream optimized/)
  const listed = await bench.sh('cp "$1" "$1.vmdk" && 7zz t "$1.vmdk" && rm "$1.vmdk"', packed.part)
  expect(listed).toContain('Everything is Ok')
})

function readBack(grains: ReadonlyMap<number, Buffer>, at: number, length: number): Buffer {
  const first = Math.floor(at / 65_536)
  const count = Math.ceil((at + length) / 65_536) - first
  const whole = Array.from({ length: count }, (_, index) => grains.get((first + index) * 128) ?? Buffer.alloc(65_536))
  return Buffer.concat(whole).subarray(at - first * 65_536, at - first * 65_536 + length)
}

test('a cancelled job ends in the middle, with nothing under way', async () => {
  const source = await bench.disk('long.raw', 64 * MIB, [{ at: 0, bytes: noise(64 * MIB) }])
  const controller = new AbortController()
  const progress = { fraction: () => {}, bytes: (done: number) => void (done >= 8 * MIB && controller.abort()) }
  const work = bench.pack(writeStreamVmdk, source, 'long.vmdk', { signal: controller.signal, progress })
  await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  const { size } = await fs.stat(bench.at('long.vmdk.part'))
  expect(size).toBeLessThan(64 * MIB)
  // Nothing writes to it any more: it can go.
  await fs.rm(bench.at('long.vmdk.part'))
})

test('a disk that is full says so', async () => {
  const source = await bench.disk('any.raw', MIB, [{ at: 0, bytes: noise(MIB) }])
  // The kernel's own full disk: every write ends with ENOSPC.
  const work = bench.pack(writeStreamVmdk, source, 'any.vmdk', { part: '/dev/full' })
  await expect(work).rejects.toMatchObject({ code: 'no-space', data: { details: { folder: '/dev', neededBytes: expect.any(Number) } } })
})

test('memory does not grow with the disk', async () => {
  const size = 320 * MIB
  const piece = noise(4 * MIB)
  const pieces = Array.from({ length: size / piece.length }, (_, index) => ({ at: index * piece.length, bytes: piece }))
  const source = await bench.disk('large.raw', size, pieces)
  const before = process.memoryUsage().rss
  let most = 0
  const progress = { fraction: () => {}, bytes: () => void (most = Math.max(most, process.memoryUsage().rss)) }
  await bench.pack(writeStreamVmdk, source, 'large.vmdk', { input: { options: ['level=1'] }, progress })
  expect(most - before).toBeLessThan(200 * MIB)
})
