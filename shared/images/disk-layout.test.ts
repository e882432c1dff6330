import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ALIGNMENT_BYTES, type DiskLayout, endOf, leastDisk, mostBytes, usableEnd } from './disk-layout.js'

const MIB = 1024 ** 2
const layout = (more: Partial<DiskLayout> = {}): DiskLayout => ({
  virtualBytes: 64 * MIB,
  sectorBytes: 512,
  table: 'gpt',
  partitions: [
    { number: 1, startBytes: MIB, sizeBytes: 8 * MIB },
    { number: 3, startBytes: 20 * MIB, sizeBytes: 4 * MIB },
  ],
  extended: [],
  ...more,
})

test('a GPT keeps 33 sectors of 512, or 5 of 4096, at the end', () => {
  expect(64 * MIB - usableEnd(layout())).toBe(33 * 512)
  expect(64 * MIB - usableEnd(layout({ sectorBytes: 4096 }))).toBe(5 * 4096)
  expect(usableEnd(layout({ table: 'mbr' }))).toBe(64 * MIB)
})

test('an MBR ends at 2 TiB, whatever the disk has', () => {
  expect(usableEnd(layout({ table: 'mbr', virtualBytes: 4 * 1024 ** 4 }))).toBe((2 ** 32 - 1) * 512)
})

test('a partition grows to the next one, an extended one included, and the last one to the end', () => {
  const [first, last] = layout().partitions
  if (!first || !last) throw new Error('two partitions are meant')
  expect(mostBytes(layout(), first)).toBe(19 * MIB)
  expect(mostBytes(layout({ extended: [{ startBytes: 12 * MIB, sizeBytes: MIB }] }), first)).toBe(11 * MIB)
  expect(mostBytes(layout(), last)).toBe(43 * MIB)
  expect(mostBytes(layout({ table: 'mbr' }), last)).toBe(44 * MIB)
})

test('the least disk holds the last partition and what the table keeps', () => {
  expect(leastDisk(layout())).toEqual({ bytes: 25 * MIB, end: 24 * MIB, last: 3 })
  expect(leastDisk(layout({ table: 'mbr' }))).toEqual({ bytes: 24 * MIB, end: 24 * MIB, last: 3 })
  expect(leastDisk(layout({ table: 'mbr', extended: [{ startBytes: 30 * MIB, sizeBytes: 2 * MIB }] })).bytes).toBe(32 * MIB)
})

const layouts = fc
  .record({
    table: fc.constantFrom('gpt' as const, 'mbr' as const),
    sectorBytes: fc.constantFrom(512, 4096),
    pieces: fc.array(fc.record({ gap: fc.integer({ min: 0, max: 5000 }), size: fc.integer({ min: 1, max: 40_000 }) }), {
      minLength: 1,
      maxLength: 8,
    }),
    rest: fc.integer({ min: 64, max: 60_000 }),
  })
  .map(({ table, sectorBytes, pieces, rest }): DiskLayout => {
    let at = 256
    const partitions = pieces.map(({ gap, size }, index) => {
      const startBytes = (at + gap) * sectorBytes
      at += gap + size
      return { number: index + 1, startBytes, sizeBytes: size * sectorBytes }
    })
    return { table, sectorBytes, partitions, extended: [], virtualBytes: (at + rest) * sectorBytes }
  })

test('what a partition can grow to never shrinks it, overlaps another or leaves the usable part; an end that moves is a whole MiB', () => {
  fc.assert(
    fc.property(layouts, (disk) => {
      for (const partition of disk.partitions) {
        const sizeBytes = mostBytes(disk, partition)
        const end = partition.startBytes + sizeBytes
        expect(sizeBytes).toBeGreaterThanOrEqual(partition.sizeBytes)
        if (sizeBytes === partition.sizeBytes) continue
        expect(end % ALIGNMENT_BYTES).toBe(0)
        expect(end).toBeLessThanOrEqual(usableEnd(disk))
        const behind = disk.partitions.filter(({ startBytes }) => startBytes > partition.startBytes)
        expect(behind.every(({ startBytes }) => startBytes >= end)).toBe(true)
      }
    }),
  )
})

test('all partitions lie within the least disk', () => {
  fc.assert(
    fc.property(layouts, (disk) => {
      const end = usableEnd({ ...disk, virtualBytes: leastDisk(disk).bytes })
      expect(disk.partitions.every((partition) => endOf(partition) <= end)).toBe(true)
    }),
  )
})
