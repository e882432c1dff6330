import { expect, test } from 'vitest'
import { formatPairs, formatTable } from './format-bench.js'

test('the pairs that are named, else all of them', () => {
  expect(formatPairs(['formats', 'qcow2-vmdk'])).toEqual([{ from: 'qcow2', to: 'vmdk' }])
  expect(formatPairs(['formats'])).toHaveLength(36)
})

test('a table of ratios with a row for each source', () => {
  const results = [
    { from: 'raw', to: 'qcow2', oursMs: 105, prepareMs: 9, theirsMs: 100, programs: 6 },
    { from: 'vdi', to: 'raw', oursMs: 50, prepareMs: 9, theirsMs: 100, programs: 6 },
  ] as const
  expect(formatTable(results)).toEqual(['from \\ to     raw  qcow2', 'raw                 1.05', 'vdi          0.50       '])
})
