import { expect, test } from 'vitest'
import { hexLines } from './hex-lines.js'

test('sixteen bytes a line, places counted from the offset, what cannot be printed is a dot', () => {
  const [first, second] = hexLines(
    Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3, 0x20, 0x7e, 0xff, 10, 11, 12, 13, 14, 0x41]),
    0x1000,
  )
  expect(first).toEqual({ offset: '00001000', hex: '7f 45 4c 46 00 01 02 03  20 7e ff 0a 0b 0c 0d 0e', text: '.ELF.... ~......' })
  expect(second).toMatchObject({ offset: '00001010', text: 'A' })
  expect(second?.hex).toHaveLength(48)
  expect(hexLines(new Uint8Array(), 0)).toEqual([])
})
