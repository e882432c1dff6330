import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ZeroExtent, zeroOverlay } from './zero-overlay.js'

const MIB = 1024 ** 2
const GIB = 1024 * MIB
const TIB = 1024 * GIB
const CLUSTER = 2 * MIB
const TABLE_REACH = 512 * GIB

/** What a reader of qcow2 makes of the file: for a cluster of the disk, whether it is zeros. */
function read(extents: readonly ZeroExtent[], virtualBytes: number) {
  const overlay = zeroOverlay(extents, virtualBytes)
  if (overlay === null) return null
  const pieces = [...overlay.pieces]
  const entry = (place: number): number => {
    const piece = pieces.find(({ at, bytes }) => place >= at && place + 8 <= at + bytes.length)
    return piece === undefined ? 0 : Number(new DataView(piece.bytes.buffer).getBigUint64(place - piece.at))
  }
  return {
    overlay,
    pieces,
    isZero: (start: number): boolean => {
      const cluster = Math.floor(start / CLUSTER)
      const table = entry(2 * CLUSTER + Math.floor(cluster / (CLUSTER / 8)) * 8)
      return table !== 0 && entry(table + (cluster % (CLUSTER / 8)) * 8) === 1
    },
  }
}

test('the header is that of a qcow2 of version 3 with clusters of 2 MiB', () => {
  const found = read([{ start: 0, length: 3 * TIB, zero: true }], 3 * TIB)
  const head = new DataView(found?.pieces[0]?.bytes.buffer ?? new ArrayBuffer(0))
  expect([head.getUint32(0), head.getUint32(4), head.getUint32(20), head.getUint32(36)]).toEqual([0x514649fb, 3, 21, 6])
  expect(Number(head.getBigUint64(24))).toBe(3 * TIB)
  expect(Number(head.getBigUint64(72))).toBe(0)
})

test('a cluster is told where all of it is zeros, and only there', () => {
  const extents = [
    { start: 0, length: 5 * MIB, zero: true },
    { start: 5 * MIB, length: MIB, zero: false },
    { start: 6 * MIB, length: 3 * MIB, zero: true },
  ]
  const found = read(extents, 9 * MIB)
  expect([0, 2, 4, 6, 8].map((at) => found?.isZero(at * MIB))).toEqual([true, true, false, true, true])
})

test('of any extents, nothing but zeros is told, and all clusters that are', () => {
  const lengths = fc.array(fc.record({ length: fc.integer({ min: 1, max: 7 }), zero: fc.boolean() }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(lengths, (parts) => {
      let start = 0
      const extents = parts.map(({ length, zero }) => {
        const extent = { start, length: length * MIB, zero }
        start += extent.length
        return extent
      })
      const found = read(joined(extents), start)
      for (let at = 0; at < start; at += CLUSTER) {
        const touched = extents.filter((extent) => extent.start < at + CLUSTER && extent.start + extent.length > at)
        expect(found?.isZero(at) ?? false).toBe(touched.every(({ zero }) => zero))
      }
    }),
    { numRuns: 40 },
  )
})

function joined(extents: readonly ZeroExtent[]): ZeroExtent[] {
  const result: ZeroExtent[] = []
  for (const extent of extents) {
    const last = result.at(-1)
    if (last?.zero === extent.zero) result[result.length - 1] = { ...last, length: last.length + extent.length }
    else result.push(extent)
  }
  return result
}

test('a disk that is full, or whose size no sector fits, has nothing to be told', () => {
  expect(zeroOverlay([{ start: 0, length: GIB, zero: false }], GIB)).toBeNull()
  expect(
    zeroOverlay(
      [
        { start: 0, length: MIB, zero: false },
        { start: MIB, length: 2 * MIB, zero: true },
      ],
      16 * MIB,
    ),
  ).toBeNull()
  expect(zeroOverlay([{ start: 0, length: 1000, zero: true }], 1000)).toBeNull()
})

test('the largest disk takes little: empty stretches have a table in common', () => {
  const extents = [
    { start: 0, length: 4 * MIB, zero: false },
    { start: 4 * MIB, length: 64 * TIB - 8 * MIB, zero: true },
    { start: 64 * TIB - 4 * MIB, length: 4 * MIB, zero: false },
  ]
  const found = read(extents, 64 * TIB)
  expect(found?.overlay.fileBytes).toBe((3 + 3) * CLUSTER)
  expect([0, 4 * MIB, 30 * TIB, 64 * TIB - 6 * MIB, 64 * TIB - 4 * MIB].map((at) => found?.isZero(at))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ])
})

test('data everywhere on the largest disk: what would take too much is left to be read', () => {
  const extents = Array.from({ length: 128 }, (_, table): ZeroExtent[] => [
    { start: table * TABLE_REACH, length: 32 * MIB, zero: false },
    { start: table * TABLE_REACH + 32 * MIB, length: TABLE_REACH - 32 * MIB, zero: true },
  ]).flat()
  const found = read(extents, 64 * TIB)
  expect(found?.overlay.fileBytes).toBe((3 + 32) * CLUSTER)
  expect([31, 32].map((table) => found?.isZero(table * TABLE_REACH + GIB))).toEqual([true, false])
})
