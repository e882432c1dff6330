import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differentRanges, type Range } from './compare-disks.js'

function diskOf(bytes: Buffer, zeroFrom = bytes.length) {
  const extents = [
    { start: 0, length: zeroFrom, zero: false },
    { start: zeroFrom, length: bytes.length - zeroFrom, zero: true },
  ].filter((extent) => extent.length > 0)
  const reads: Range[] = []
  return {
    virtualBytes: bytes.length,
    extents,
    reads,
    read: async (start: number, length: number) => {
      reads.push({ start, length })
      return bytes.subarray(start, start + length)
    },
  }
}

async function compare(left: ReturnType<typeof diskOf>, right: ReturnType<typeof diskOf>): Promise<Range[]> {
  const ranges: Range[] = []
  for await (const range of differentRanges(
    left,
    right,
    () => {},
    async () => {},
  ))
    ranges.push(range)
  return ranges
}

test('sectors that differ are told, neighbours as one', async () => {
  const left = Buffer.alloc(8192)
  const right = Buffer.from(left)
  right[513] = 1
  right[1024] = 1
  right[5000] = 1
  expect(await compare(diskOf(left), diskOf(right))).toEqual([
    { start: 512, length: 1024 },
    { start: 4608, length: 512 },
  ])
  expect(await compare(diskOf(left), diskOf(left))).toEqual([])
})

test('a longer disk whose rest is zeros is the same, and one with more in it is not', async () => {
  const short = Buffer.alloc(4096, 7)
  const long = Buffer.concat([short, Buffer.alloc(4096)])
  expect(await compare(diskOf(short), diskOf(long))).toEqual([])
  long[6000] = 1
  expect(await compare(diskOf(short), diskOf(long))).toEqual([{ start: 5632, length: 512 }])
  expect(await compare(diskOf(long), diskOf(short))).toEqual([{ start: 5632, length: 512 }])
})

test('what is empty in both is never read', async () => {
  const [left, right] = [diskOf(Buffer.alloc(64 * 1024), 4096), diskOf(Buffer.alloc(64 * 1024), 8192)]
  expect(await compare(left, right)).toEqual([])
  expect(left.reads.reduce((sum, read) => sum + read.length, 0)).toBe(8192)
})

test('ranges are the sectors that differ, whatever the contents', async () => {
  const sector = fc.integer({ min: 0, max: 2 }).map((value) => Buffer.alloc(512, value))
  const contents = fc.array(sector, { minLength: 1, maxLength: 24 }).map((sectors) => Buffer.concat(sectors))
  const sectorOf = (bytes: Buffer, index: number): Buffer =>
    index * 512 < bytes.length ? bytes.subarray(index * 512, index * 512 + 512) : Buffer.alloc(512)
  await fc.assert(
    fc.asyncProperty(contents, contents, async (left, right) => {
      const count = Math.max(left.length, right.length) / 512
      const differing = Array.from({ length: count }, (_, index) => index).filter(
        (index) => !sectorOf(left, index).equals(sectorOf(right, index)),
      )
      const told = (await compare(diskOf(left), diskOf(right))).flatMap(({ start, length }) =>
        Array.from({ length: length / 512 }, (_, index) => start / 512 + index),
      )
      expect(told).toEqual(differing)
    }),
  )
})
