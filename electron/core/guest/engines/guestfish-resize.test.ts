import { expect, test } from 'vitest'
import { parsePartList } from './guestfish-resize.js'

test('partitions are read from what guestfish lists', () => {
  const text = `[0] = {
  part_num: 1
  part_start: 1048576
  part_end: 34603007
  part_size: 33554432
}
[1] = {
  part_num: 5
  part_start: 35651584
  part_end: 44040191
  part_size: 8388608
}
`
  expect(parsePartList(text)).toEqual([
    { number: 1, start: 1_048_576 },
    { number: 5, start: 35_651_584 },
  ])
})
