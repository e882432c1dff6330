import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutParts, partBytes } from './cut-parts.js'

const MIB = 1024 ** 2

test('parts are of the usual size until there would be too many', () => {
  expect(partBytes(100 * MIB, { usual: 16 * MIB, maxParts: 10_000 })).toBe(16 * MIB)
  expect(partBytes(10_000 * 16 * MIB, { usual: 16 * MIB, maxParts: 10_000 })).toBe(16 * MIB)
  expect(partBytes(10_000 * 16 * MIB + 1, { usual: 16 * MIB, maxParts: 10_000 })).toBe(17 * MIB)
  // The largest object of S3.
  const most = 5 * 1024 ** 4
  expect(cutParts(most, partBytes(most, { usual: 16 * MIB, maxParts: 10_000 })).length).toBeLessThanOrEqual(10_000)
})

test('an empty file has one empty part', () => {
  expect(cutParts(0, MIB)).toEqual([{ number: 1, start: 0, length: 0 }])
})

test('parts cover a file without gaps, and only the last one is shorter', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50_000 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 64 }),
      (total, usual, maxParts) => {
        const length = partBytes(total, { usual, maxParts, unit: 8 })
        const parts = cutParts(total, length)
        expect(parts.length).toBeLessThanOrEqual(maxParts)
        let end = 0
        for (const [index, part] of parts.entries()) {
          expect(part).toEqual({ number: index + 1, start: end, length: index === parts.length - 1 ? total - end : length })
          end += part.length
        }
        expect(end).toBe(total)
      },
    ),
  )
})
