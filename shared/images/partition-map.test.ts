import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Partition } from './image-info.js'
import { layOutPartitions } from './partition-map.js'

const MIB = 1024 * 1024

function partition(number: number, startMib: number, sizeMib: number, type: string | null = null): Partition {
  return {
    number,
    startBytes: startMib * MIB,
    sizeBytes: sizeMib * MIB,
    type,
    typeName: '',
    name: null,
    bootable: false,
    isEsp: false,
    filesystem: null,
  }
}

test('the published layout keeps its order and shows its small partitions', () => {
  const map = layOutPartitions(15 * 1024 * MIB, [partition(3, 735, 14_624), partition(1, 1, 244), partition(2, 246, 488)])
  expect(map.map((segment) => segment.partition?.number ?? 'free')).toEqual([1, 2, 3])
  expect(map[0]?.width).toBeCloseTo(0.04, 5)
  expect(map[2]?.width).toBeCloseTo(0.92, 2)
})

test('free space is drawn, alignment is not', () => {
  const map = layOutPartitions(100 * MIB, [partition(1, 1, 39), partition(2, 50, 30)])
  expect(map.map((segment) => [segment.partition?.number ?? 'free', segment.sizeBytes / MIB])).toEqual([
    [1, 39],
    ['free', 10],
    [2, 30],
    ['free', 20],
  ])
  expect(map[1]?.share).toBeCloseTo(0.1)
})

test('logical partitions stand for the extended one', () => {
  const map = layOutPartitions(100 * MIB, [partition(1, 1, 49, '83'), partition(2, 50, 50, '05'), partition(5, 51, 49, '83')])
  expect(map.map((segment) => segment.partition?.number)).toEqual([1, 5])
})

test('an empty disk is one free stretch, and an empty list of a tiny disk is none', () => {
  expect(layOutPartitions(10 * MIB, [])).toEqual([{ partition: null, startBytes: 0, sizeBytes: 10 * MIB, share: 1, width: 1 }])
  expect(layOutPartitions(1024, [])).toEqual([])
})

test('widths always fill the map and never vanish', () => {
  const parts = fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(parts, (list) => {
      const map = layOutPartitions(
        2_000_000 * MIB,
        list.map(([start, size], at) => partition(at + 1, start, size)),
      )
      expect(map.reduce((sum, segment) => sum + segment.width, 0)).toBeCloseTo(1, 9)
      expect(map.every((segment) => segment.width > 0)).toBe(true)
    }),
  )
})
