import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawMap } from './disk-map.js'

test('data is drawn where it lies, by its share of a cell', () => {
  const extents = [
    { start: 0, length: 1024, zero: false },
    { start: 1024, length: 2048, zero: true },
    { start: 3072, length: 1024, zero: false },
  ]
  expect(drawMap(extents, 4096, 2)).toEqual({ virtualBytes: 4096, dataBytes: 2048, extentCount: 3, cellBytes: 2048, cells: [0.5, 0.5] })
  expect(drawMap(extents, 4096).cells).toEqual([1, 1, 0, 0, 0, 0, 1, 1])
  expect(drawMap([{ start: 0, length: 1536, zero: false }], 1536, 2).cells).toEqual([1, 1])
})

test('no byte is lost or counted twice, however extents lie', () => {
  const lengths = fc.array(fc.record({ sectors: fc.integer({ min: 1, max: 5000 }), zero: fc.boolean() }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 64 }), (runs, cells) => {
      let start = 0
      const extents = runs.map(({ sectors, zero }) => {
        const extent = { start, length: sectors * 512, zero }
        start += extent.length
        return extent
      })
      const map = drawMap(extents, start, cells)
      const drawn = map.cells.reduce((sum, share, cell) => sum + share * Math.min(map.cellBytes, start - cell * map.cellBytes), 0)
      expect(Math.round(drawn)).toBe(map.dataBytes)
      expect(map.cells.length).toBeLessThanOrEqual(cells)
    }),
  )
})
