import { expect, test } from 'vitest'
import { parseProgress } from './progress.js'

// qemu-img 7.2.22 convert -p, records between \r.
test.each([
  ['(0.00/100%)', 0],
  ['(62.14/100%)', 0.6214],
  ['    (100.00/100%)', 1],
  ['Images are identical.', null],
  ['(x/100%)', null],
])('%s', (record, fraction) => {
  expect(parseProgress(record)).toBe(fraction)
})
