import { expect, test } from 'vitest'
import { formatPairs, formatSummary, formatTable } from './format-bench.js'

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

test('every pair has to be within the bound', () => {
  const pair = { from: 'raw', to: 'qcow2', prepareMs: 9, theirsMs: 100, programs: 6 } as const
  expect(formatSummary([{ ...pair, oursMs: 105 }])).toEqual({
    met: true,
    line: 'met     1 of 1 pairs at most 1.05 times: 1.05 to 1.05 times, geometric mean 1.050',
  })
  expect(
    formatSummary([
      { ...pair, oursMs: 80 },
      { ...pair, oursMs: 125 },
    ]),
  ).toEqual({
    met: false,
    line: 'MISSED  1 of 2 pairs at most 1.05 times: 0.80 to 1.25 times, geometric mean 1.000',
  })
})
