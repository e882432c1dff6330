import { expect, test } from 'vitest'
import { formatBytes, formatDuration, formatExactBytes, formatRate } from './bytes.js'

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [512, '512 bytes'],
  [1023, '1023 bytes'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [100 * 1024, '100 KiB'],
  [1023 * 1024 ** 2, '1023 MiB'],
  [1024 ** 3 - 1, '1 GiB'],
  [16_106_127_360, '15 GiB'],
  [1_152_921_504_606_846_976, '1 EiB'],
  [-2048, '-2 KiB'],
  [Number.NaN, 'unknown size'],
])('%d bytes reads %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

test('exact bytes are grouped', () => {
  expect([formatExactBytes(16_106_127_360), formatExactBytes(1)]).toEqual(['16,106,127,360 bytes', '1 byte'])
})

test('rates', () => {
  expect([0, 4_200, 118_400_000, 999_600_000, 2_500_000_000].map(formatRate)).toEqual([
    '0 kB/s',
    '4 kB/s',
    '118 MB/s',
    '1 GB/s',
    '2.5 GB/s',
  ])
})

test('durations', () => {
  expect([0.42, 9.97, 42.4, 59.6, 185, 7_620].map(formatDuration)).toEqual([
    '0.4 s',
    '10 s',
    '42 s',
    '1 min 00 s',
    '3 min 05 s',
    '2 h 07 min',
  ])
})
