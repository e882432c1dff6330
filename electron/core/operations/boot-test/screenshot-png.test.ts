import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pngOfPpm } from './screenshot-png.js'

const PIXELS = Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])

test('two rows of two pixels', () => {
  const png = pngOfPpm(Buffer.concat([Buffer.from('P6\n2 2\n255\n'), PIXELS])) ?? Buffer.alloc(0)
  expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001a\n')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2, 2])
  const start = png.indexOf('IDAT') + 4
  const data = inflateSync(png.subarray(start, start + png.readUInt32BE(start - 8)))
  expect([...data]).toEqual([0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255])
  // CRC-32 of an empty IEND, as every PNG has it.
  expect(png.subarray(-4).toString('hex')).toBe('ae426082')
})

test.each([['P5\n2 2\n255\n'], ['P6\n9 9\n255\n'], ['P6\n0 2\n255\n'], ['P6\n99999999 99999999\n255\n'], ['']])(
  '%j is no picture',
  (head) => {
    expect(pngOfPpm(Buffer.concat([Buffer.from(head), PIXELS]))).toBeNull()
  },
)
