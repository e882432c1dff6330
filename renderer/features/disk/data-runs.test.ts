import { expect, test } from 'vitest'
import { dataIn, dataRuns } from './data-runs.js'

const MAP = { virtualBytes: 4000, dataBytes: 1600, extentCount: 4, cellBytes: 1000, cells: [0, 0.1, 1, 0.5] }
const PARTITIONS = [
  { startBytes: 1000, sizeBytes: 2000 },
  { startBytes: 3000, sizeBytes: 500 },
]

test('cells that look alike in the same partition are one run; any data at all is seen', () => {
  expect(dataRuns(MAP, PARTITIONS)).toEqual([
    { start: 0, length: 1, level: 0, partition: -1 },
    { start: 1, length: 1, level: 1, partition: 0 },
    { start: 2, length: 1, level: 4, partition: 0 },
    { start: 3, length: 1, level: 2, partition: -1 },
  ])
  expect(dataRuns({ ...MAP, cells: [1, 1, 1, 1] }, [])).toEqual([{ start: 0, length: 4, level: 4, partition: -1 }])
})

test('data is counted by partition, and what lies outside of them last', () => {
  expect(dataIn(MAP, PARTITIONS)).toEqual([1100, 0, 500])
  expect(dataIn(MAP, [])).toEqual([1600])
})
