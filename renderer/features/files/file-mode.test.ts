import { expect, test } from 'vitest'
import { modeText, octal, parseOctal, timeText } from './file-mode.js'

test('modes as ls shows them', () => {
  expect(modeText(0o644, 'file')).toBe('-rw-r--r--')
  expect(modeText(0o4755, 'file')).toBe('-rwsr-xr-x')
  expect(modeText(0o2640, 'file')).toBe('-rw-r-S---')
  expect(modeText(0o1777, 'folder')).toBe('drwxrwxrwt')
  expect(modeText(0o777, 'link')).toBe('lrwxrwxrwx')
})

test('octal both ways; what is none', () => {
  expect(octal(0o40)).toBe('0040')
  expect(parseOctal('0644')).toBe(0o644)
  expect(parseOctal('755')).toBe(0o755)
  for (const text of ['', '9', '64', '00644', '0o644', '8644']) expect(parseOctal(text)).toBeNull()
})

test('times are those of the image, in UTC', () => {
  expect(timeText(0)).toBe('1970-01-01 00:00')
  expect(timeText(1_714_521_600)).toBe('2024-05-01 00:00')
  expect(timeText(1e18)).toBe('')
})
