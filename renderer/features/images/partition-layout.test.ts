import { expect, test } from 'vitest'
import type { Partition } from '#shared/images/image-info'
import { contentName, mapSegments, partitionName } from './partition-layout.js'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

function partition(number: number, startBytes: number, sizeBytes: number, change: Partial<Partition> = {}): Partition {
  return {
    number,
    startBytes,
    sizeBytes,
    type: null,
    typeName: 'Linux',
    name: null,
    bootable: false,
    isEsp: false,
    filesystem: null,
    ...change,
  }
}

const total = (shares: readonly { share: number }[]) => shares.reduce((sum, one) => sum + one.share, 0)

test('large partitions are to scale and small ones can be seen', () => {
  const segments = mapSegments({
    virtualBytes: 15 * GIB,
    partitions: [partition(1, MIB, 244 * MIB), partition(2, 245 * MIB, 488 * MIB), partition(3, 733 * MIB, 15 * GIB - 734 * MIB)],
  })
  expect(segments.map((segment) => segment.partition?.number)).toEqual([1, 2, 3])
  expect(segments[0]?.share).toBeCloseTo(0.053)
  expect(total(segments)).toBeCloseTo(1)
  expect(segments[2]?.share).toBeGreaterThan(0.85)
})

test('gaps between and after partitions are drawn, alignment is not', () => {
  const segments = mapSegments({ virtualBytes: 10 * GIB, partitions: [partition(2, 6 * GIB, 2 * GIB), partition(1, MIB, 4 * GIB)] })
  expect(segments.map((segment) => segment.partition?.number ?? 'gap')).toEqual([1, 'gap', 2, 'gap'])
})

test('a disk without partitions is one gap', () => {
  expect(mapSegments({ virtualBytes: GIB, partitions: [] })).toEqual([{ partition: null, sizeBytes: GIB, share: 1 }])
})

test('many small partitions still add up to the whole width', () => {
  const partitions = Array.from({ length: 40 }, (_, index) => partition(index + 1, MIB * (index + 1), MIB))
  const segments = mapSegments({ virtualBytes: 42 * MIB, partitions })
  expect(total(segments)).toBeCloseTo(1)
  expect(Math.min(...segments.map((segment) => segment.share))).toBeGreaterThan(0.02)
})

test('growing small ones never pushes another below the least width', () => {
  const segments = mapSegments({
    virtualBytes: 1000 * MIB,
    partitions: [
      partition(1, 0, 54 * MIB),
      partition(2, 54 * MIB, 5 * MIB),
      partition(3, 59 * MIB, 5 * MIB),
      partition(4, 64 * MIB, 936 * MIB),
    ],
  })
  expect(Math.min(...segments.map((segment) => segment.share))).toBeGreaterThanOrEqual(0.053 - 1e-9)
})

test('names prefer labels, then what the table says', () => {
  const filesystem = { kind: 'fat', type: 'vfat (FAT32)', label: null, uuid: null, usedBytes: null } as const
  expect(partitionName(partition(1, 0, 1, { isEsp: true, filesystem }))).toBe('EFI')
  expect(partitionName(partition(2, 0, 1, { name: 'boot' }))).toBe('boot')
  expect(partitionName(partition(3, 0, 1))).toBe('Partition 3')
  expect(contentName(partition(1, 0, 1, { filesystem }))).toBe('FAT32')
  expect(contentName(partition(3, 0, 1, { typeName: 'BIOS boot' }))).toBe('BIOS boot')
})
