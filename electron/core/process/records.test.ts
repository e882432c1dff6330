import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordSplitter } from './records.js'

function split(chunks: readonly Buffer[], maxBytes?: number): string[] {
  const records: string[] = []
  const splitter = new RecordSplitter((record) => records.push(record), maxBytes)
  for (const chunk of chunks) splitter.push(chunk)
  splitter.end()
  return records
}

test('records end at \\r and \\n, in any chunks, multi-byte characters whole', () => {
  const text = '    (1.00/100%)\r    (2.00/100%)\r\nfürth\n\nlast'
  const expected = ['(1.00/100%)', '(2.00/100%)', 'fürth', 'last']
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: Buffer.byteLength(text) })), (cuts) => {
      const bytes = Buffer.from(text)
      const edges = [0, ...cuts.sort((left, right) => left - right), bytes.length]
      expect(split(edges.slice(1).map((end, index) => bytes.subarray(edges[index], end)))).toEqual(expected)
    }),
  )
})

test('a record without an end is given out in bounded pieces', () => {
  expect(split([Buffer.alloc(2500, 'a')], 1000).map((record) => record.length)).toEqual([1000, 1000, 500])
})
