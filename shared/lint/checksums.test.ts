import { expect, test } from 'vitest'
import { crc32, crc32c } from './checksums.js'

const text = (words: string): Uint8Array => new TextEncoder().encode(words)

// RFC 3720, appendix B.4 "CRC Examples", and the check value of the catalogue of CRC algorithms.
test.each([
  ['32 bytes of zero', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes that count up', Uint8Array.from({ length: 32 }, (_, index) => index), 0x46dd794e],
  ['123456789', text('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(0), 0],
])('CRC-32C of %s', (_what, bytes, wanted) => {
  expect(crc32c(bytes)).toBe(wanted)
})

test('CRC-32C of pieces that follow each other is that of the whole', () => {
  const bytes = text('123456789')
  for (let cut = 0; cut <= bytes.length; cut++) expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(0xe3069283)
})

test('CRC-32', () => {
  expect(crc32(text('123456789'))).toBe(0xcbf43926)
})
