import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeUnits, lineEndsOf, type TextEncoding } from '#shared/text/text-encoding'
import { decodeText } from './decode-text.js'

const encode = (text: string, encoding: TextEncoding) =>
  encoding === 'utf-8' ? new Uint8Array(Buffer.from(text)) : encodeUnits(text, encoding)

test('UTF-8, with its mark kept; UTF-16 by its mark; Latin-1 for what is neither', () => {
  expect(decodeText(Buffer.from('grüße\n'), true)).toEqual({ encoding: 'utf-8', text: 'grüße\n' })
  expect(decodeText(Buffer.from('\ufeffa'), true)?.text).toBe('\ufeffa')
  expect(decodeText(Buffer.from('\ufefffs0:\r\n', 'utf16le'), true)).toEqual({ encoding: 'utf-16le', text: '\ufefffs0:\r\n' })
  expect(decodeText(Buffer.from('gr\xfc\xdfe', 'latin1'), true)).toEqual({ encoding: 'latin-1', text: 'grüße' })
  expect(decodeText(Buffer.alloc(0), true)).toEqual({ encoding: 'utf-8', text: '' })
})

test('what is no text: NUL, control characters, bytes that only a program has', () => {
  expect(decodeText(Buffer.from('a\0b'), true)).toBeNull()
  expect(decodeText(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), true)).toBeNull()
  expect(decodeText(Buffer.from([0x1f, 0x8b, 8, 0x80]), true)).toBeNull()
  expect(decodeText(Buffer.from([0x80, 0x81]), true)).toBeNull()
})

test('a character that the cut went through is left out; in a whole file it is no UTF-8', () => {
  const cut = Buffer.from('aü').subarray(0, 2)
  expect(decodeText(cut, false)).toEqual({ encoding: 'utf-8', text: 'a' })
  expect(decodeText(cut, true)?.encoding).toBe('latin-1')
})

test('what was decoded encodes to the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const decoded = decodeText(bytes, true)
      if (decoded) expect(encode(decoded.text, decoded.encoding)).toEqual(bytes)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'ß', '\n', ' ', '\u00e9') }), (text) => {
      const marked = `\ufeff${text}`
      expect(decodeText(encode(marked, 'utf-16le') ?? new Uint8Array(), true)).toEqual({ encoding: 'utf-16le', text: marked })
      expect(decodeText(encode(text, 'utf-8') ?? new Uint8Array(), true)).toEqual({ encoding: 'utf-8', text })
    }),
  )
  expect(encode('€', 'latin-1')).toBeNull()
})

test('how lines end', () => {
  expect(['', 'a', 'a\nb\n', 'a\r\nb\r\n', 'a\r\nb\n'].map(lineEndsOf)).toEqual(['none', 'none', 'lf', 'crlf', 'mixed'])
})
