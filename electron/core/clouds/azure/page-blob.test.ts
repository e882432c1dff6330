import { expect, test } from 'vitest'
import { dataRuns } from './page-blob.js'

const UNIT = 64 * 1024

function runs(block: Buffer): [number, number][] {
  return [...dataRuns(block)].map(({ start, end }) => [start / UNIT, end / UNIT])
}

test('what is zero for 64 KiB and more is left out', () => {
  const block = Buffer.alloc(8 * UNIT)
  expect(runs(block)).toEqual([])
  block[UNIT] = 1
  block[3 * UNIT - 1] = 1
  block[8 * UNIT - 1] = 1
  expect(runs(block)).toEqual([
    [1, 3],
    [7, 8],
  ])
  expect(runs(Buffer.alloc(2 * UNIT + 512, 1))).toEqual([[0, 2 + 512 / UNIT]])
})
