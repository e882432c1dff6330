import { expect, test } from 'vitest'
import { diskPieces } from './write-gcp-tar.js'

const KIB = 1024

test('pieces are whole blocks, and holes that are not worth a line are stored as zeros', () => {
  const extents = [
    { start: 0, length: 700, zero: false },
    { start: 700, length: 32 * KIB, zero: true },
    { start: 700 + 32 * KIB, length: 100, zero: false },
    { start: 800 + 32 * KIB, length: 256 * KIB, zero: true },
    { start: 800 + 288 * KIB, length: 224, zero: false },
  ]
  expect(diskPieces(extents)).toEqual([
    { offset: 0, length: 32 * KIB + 1024 },
    { offset: 288 * KIB + 512, length: 512 },
  ])
  expect(diskPieces([{ start: 0, length: 10, zero: true }])).toEqual([])
})
