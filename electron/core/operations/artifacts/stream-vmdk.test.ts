import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { DiskExtent, RawDisk } from '../../guest/raw-disk.js'
import { grainBatches, streamVmdk, type StreamVmdkOptions } from './stream-vmdk.js'
import { walkVmdk } from './testing/walk-vmdk.js'

const GRAIN = 65_536
// Every run starts threads of its own, and other tests want the cores too.
vi.setConfig({ testTimeout: 120_000 })

/** A disk in memory; `extents` cover it. */
function memoryDisk(content: Buffer, extents: readonly DiskExtent[] = [{ start: 0, length: content.length, zero: false }]): RawDisk {
  const zero = (offset: number, length: number) =>
    extents.some((extent) => extent.zero && offset >= extent.start && offset + length <= extent.start + extent.length)
  return {
    virtualBytes: content.length,
    extents,
    path: '',
    read: async (offset, length) => {
      if (zero(offset, length)) throw new Error(`reads what is known to be empty: ${offset}`)
      return Buffer.from(new Uint8Array(content.subarray(offset, offset + length)))
    },
  }
}

async function written(disk: RawDisk, options: Partial<StreamVmdkOptions> = {}) {
  const chunks: Uint8Array[] = []
  const result = await streamVmdk(disk, { name: 'disk.vmdk', ...options }, async (chunk) => void chunks.push(chunk))
  const file = Buffer.concat(chunks)
  expect(result.bytes).toBe(file.length)
  return { file, result, walked: walkVmdk(file) }
}

/** The disk that a reader of the stream would write. */
function unpacked({ capacity, grains }: ReturnType<typeof walkVmdk>): Buffer {
  const disk = Buffer.alloc(Math.ceil((capacity * 512) / GRAIN) * GRAIN)
  for (const [lba, grain] of grains) grain.copy(disk, lba * 512)
  return disk.subarray(0, capacity * 512)
}

test('any sparse content is what a reader of the stream gets, without a grain of zeros', async () => {
  const piece = fc.record({ zero: fc.boolean(), sectors: fc.integer({ min: 1, max: 700 }), byte: fc.integer({ min: 0, max: 255 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
      const content = Buffer.concat(pieces.map(({ zero, sectors, byte }) => Buffer.alloc(sectors * 512, zero ? 0 : byte)))
      let start = 0
      const extents = pieces.map(({ zero, sectors }) => {
        const extent = { start, length: sectors * 512, zero }
        start += extent.length
        return extent
      })
      const { walked, result } = await written(memoryDisk(content, extents), { level: 1 })
      expect(unpacked(walked).equals(content)).toBe(true)
      expect(walked.grains.size).toBe(result.grains)
      expect([...walked.grains.values()].every((grain) => grain.some((byte) => byte !== 0))).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('an empty disk is a directory of nothing', async () => {
  const { walked, result } = await written(memoryDisk(Buffer.alloc(40 * 1024 ** 2), [{ start: 0, length: 40 * 1024 ** 2, zero: true }]))
  expect(walked).toMatchObject({ capacity: 81_920, tables: 0 })
  expect(result).toMatchObject({ grains: 0, allGrains: 640 })
})

test('the descriptor says what was asked for, and the same content is the same file when its name is', async () => {
  const options = { adapter: 'ide', hardwareVersion: 17, contentId: new Uint8Array(16).fill(0xfe) } as const
  const first = await written(memoryDisk(Buffer.alloc(3 * GRAIN + 512, 5)), options)
  expect(first.walked.descriptor.split('\n')).toEqual([
    '# Disk DescriptorFile',
    'version=1',
    'CID=7efefefe',
    'parentCID=ffffffff',
    'createType="streamOptimized"',
    '',
    '# Extent description',
    'RDONLY 385 SPARSE "disk.vmdk"',
    '',
    '# The Disk Data Base',
    '#DDB',
    '',
    'ddb.adapterType = "ide"',
    'ddb.geometry.cylinders = "1"',
    'ddb.geometry.heads = "16"',
    'ddb.geometry.sectors = "63"',
    'ddb.longContentID = "fefefefefefefefefefefefefefefefe"',
    'ddb.toolsInstallType = "4"',
    'ddb.toolsVersion = "2147483647"',
    'ddb.virtualHWVersion = "17"',
    '',
  ])
  const second = await written(memoryDisk(Buffer.alloc(3 * GRAIN + 512, 5)), options)
  expect(second.file.equals(first.file)).toBe(true)
})

test('no batch crosses into another table, none is large, and no grain is given twice', () => {
  const extents = [
    { start: 0, length: 100, zero: false },
    { start: 100, length: 300, zero: true },
    { start: 400, length: GRAIN, zero: false },
    { start: GRAIN + 400, length: 13 * GRAIN, zero: true },
    { start: 14 * GRAIN + 400, length: 20 * GRAIN, zero: false },
    { start: 34 * GRAIN + 400, length: 476 * GRAIN, zero: true },
    { start: 510 * GRAIN + 400, length: 3 * GRAIN, zero: false },
  ]
  expect([...grainBatches(extents)]).toEqual([
    [0, 1, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27],
    [28, 29, 30, 31, 32, 33, 34, 510, 511],
    [512, 513],
  ])
  expect([...grainBatches([{ start: 0, length: GRAIN, zero: true }])]).toEqual([])
})

test('a sink that fails, a disk that cannot be read and a signal end it with their own error', async () => {
  const noise = memoryDisk(Buffer.alloc(64 * GRAIN, 3))
  const full = new Error('full')
  let calls = 0
  const failing = streamVmdk(noise, { name: 'a' }, async () => {
    calls += 1
    if (calls > 2) throw full
  })
  await expect(failing).rejects.toBe(full)
  const gone = new Error('gone')
  await expect(streamVmdk({ ...noise, read: () => Promise.reject(gone) }, { name: 'a' }, async () => {})).rejects.toBe(gone)
  const controller = new AbortController()
  const cancelled = streamVmdk(noise, { name: 'a', signal: controller.signal }, async () => controller.abort())
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
})
