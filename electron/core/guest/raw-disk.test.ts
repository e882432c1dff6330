import { expect, test } from 'vitest'
import { coverDisk } from './raw-disk.js'

test('the cover has neither gaps nor overlaps, and ends where the disk does', () => {
  const cover = coverDisk(
    [
      { start: 0, length: 10, zero: true },
      { start: 10, length: 10, zero: true },
      { start: 20, length: 5, zero: false },
      { start: 30, length: 40, zero: true },
    ],
    50,
  )
  expect(cover).toEqual([
    { start: 0, length: 20, zero: true },
    { start: 20, length: 10, zero: false },
    { start: 30, length: 20, zero: true },
  ])
})

test('what no extent speaks of has to be read', () => {
  expect(coverDisk([], 8)).toEqual([{ start: 0, length: 8, zero: false }])
  expect(coverDisk([{ start: 0, length: 4, zero: true }], 8)).toEqual([
    { start: 0, length: 4, zero: true },
    { start: 4, length: 4, zero: false },
  ])
  expect(coverDisk([], 0)).toEqual([])
})
