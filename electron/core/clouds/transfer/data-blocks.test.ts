import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DiskContent } from '../upload-source.js'
import { countBlocks, dataBlocks, mappedBlocks } from './data-blocks.js'

/** A disk in memory; `map` says which of its runs of four bytes may hold data. */
function diskOf(bytes: Buffer, map: readonly boolean[]): DiskContent & { readonly reads: [number, number][] } {
  const reads: [number, number][] = []
  const extents = map.map((isData, index) => ({ start: index * 4, length: Math.min(4, bytes.length - index * 4), zero: !isData }))
  return {
    virtualBytes: bytes.length,
    extents: extents.filter(({ length }) => length > 0),
    reads,
    read: async (offset, length) => {
      reads.push([offset, length])
      if (offset + length > bytes.length) throw new Error('read past the end')
      return Buffer.from(bytes.subarray(offset, offset + length))
    },
  }
}

async function blocksOf(disk: DiskContent, blockBytes: number, has?: (index: number) => boolean): Promise<[number, string][]> {
  const found: [number, string][] = []
  for await (const { index, bytes } of dataBlocks(disk, blockBytes, has)) found.push([index, bytes.toString('hex')])
  return found
}

test('each block once, without those that are zero, the last one filled up', async () => {
  const bytes = Buffer.from('01000000000000000000000000000000000000000203', 'hex')
  const disk = diskOf(bytes, [true, true, true, true, true, true])
  expect(await blocksOf(disk, 8)).toEqual([
    [0, '0100000000000000'],
    [2, '0000000002030000'],
  ])
})

test('what the map calls empty is not read, and what is there already neither', async () => {
  const disk = diskOf(Buffer.alloc(32, 1), [true, false, false, false, false, false, true, true])
  expect((await blocksOf(disk, 8, (index) => index === 0)).map(([index]) => index)).toEqual([3])
  expect(disk.reads).toEqual([[24, 8]])
})

test('put together again they are the disk, whatever its map and the size of the blocks', async () => {
  const run = fc.record({ isData: fc.boolean(), bytes: fc.uint8Array({ minLength: 4, maxLength: 4 }), isBlank: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(run, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 11 }),
      fc.integer({ min: 0, max: 3 }),
      async (runs, blockBytes, cut) => {
        const whole = Buffer.concat(runs.map(({ isData, isBlank, bytes }) => (isData && !isBlank ? Buffer.from(bytes) : Buffer.alloc(4))))
        const bytes = whole.subarray(0, whole.length - cut)
        const disk = diskOf(
          bytes,
          runs.map(({ isData }) => isData),
        )
        const rebuilt = Buffer.alloc(Math.ceil(bytes.length / blockBytes) * blockBytes)
        const indices = new Set<number>()
        for await (const block of dataBlocks(disk, blockBytes)) {
          expect(indices.has(block.index)).toBe(false)
          indices.add(block.index)
          block.bytes.copy(rebuilt, block.index * blockBytes)
          expect(block.bytes.some((byte) => byte !== 0)).toBe(true)
        }
        expect(rebuilt.subarray(0, bytes.length).equals(bytes)).toBe(true)
      },
    ),
  )
})

test('blocks are counted without naming each of them', () => {
  const run = fc.record({ length: fc.integer({ min: 1, max: 20 }), zero: fc.boolean() })
  fc.assert(
    fc.property(fc.array(run, { maxLength: 12 }), fc.integer({ min: 1, max: 16 }), (runs, blockBytes) => {
      let start = 0
      const extents = runs.map(({ length, zero }) => ({ start: (start += length) - length, length, zero }))
      expect(countBlocks(extents, blockBytes)).toBe([...mappedBlocks({ extents }, blockBytes)].length)
    }),
  )
})
