import { expect, test } from 'vitest'
import { elideMiddle, visibleLines, visibleText } from './visible-text.js'

test('bidi overrides, zero-width and control characters become escapes', () => {
  expect(visibleText('a\u202etxt.exe')).toBe('a\\u{202e}txt.exe')
  expect(visibleText('a\u200bb\u0000c\u001b[31m')).toBe('a\\u{200b}b\\u{0}c\\u{1b}[31m')
  expect(visibleText('line\nnext\ttab')).toBe('line\\nnext\\ttab')
})

test('ordinary text of any script stays as it is', () => {
  expect(visibleText('Système Ελλάδα 日本語 🐧 root=UUID=1')).toBe('Système Ελλάδα 日本語 🐧 root=UUID=1')
})

test('lines keep their newlines and tabs, nothing else', () => {
  expect(visibleLines('a\n\tb\r\u2066c')).toBe('a\n\tb\\r\\u{2066}c')
})

test('the middle of long text is left out, both ends stay, and the limit holds', () => {
  const short = elideMiddle('ostree=/ostree/boot.1/ock/4c6318aa0d21/0', 24)
  expect(short).toHaveLength(24)
  expect(short.startsWith('ostree=/ostree/')).toBe(true)
  expect(short.endsWith('21/0')).toBe(true)
  expect(elideMiddle('quiet', 24)).toBe('quiet')
})
