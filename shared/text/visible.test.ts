import { expect, test } from 'vitest'
import { showControl } from './visible.js'

test('what cannot be seen is written out', () => {
  expect(showControl('a\nb\u001b[31m')).toBe('aU+000AbU+001B[31m')
  expect(showControl('gnp.\u202eexe\u200b')).toBe('gnp.U+202EexeU+200B')
  expect(showControl('\u{e0041}\ud800')).toBe('U+E0041U+D800')
})

test('plain text of any language stays', () => {
  expect(showControl('Oracle Linux \u00e9 \u65e5\u672c \u{1f600} \u0634')).toBe('Oracle Linux \u00e9 \u65e5\u672c \u{1f600} \u0634')
})
