import { expect, test } from 'vitest'
import { MAX_LINE, SerialLines } from './serial-lines.js'
import { SERIAL_SAMPLES } from './testing/serial-samples.js'

function linesOf(...pieces: string[]): string[] {
  const lines: string[] = []
  const reader = new SerialLines((line) => lines.push(line))
  for (const piece of pieces) reader.push(piece)
  reader.end()
  return lines
}

test('control sequences of firmware are taken out, rewritten rows are lines of their own', () => {
  const lines = linesOf(SERIAL_SAMPLES.uefiNoDisk)
  expect(lines[0]).toMatch(/^BdsDxe: failed to load Boot0001/)
  expect(lines).toContain('UEFI Interactive Shell v2.2')
  expect(lines).toContain('     BLK0: Alias(s):')
  expect(lines.filter((line) => /^Press ESC in \d seconds/.test(line))).toHaveLength(5)
  expect(lines.at(-1)).toBe('Shell> ')
})

test('the same lines, however the stream is cut', () => {
  const whole = linesOf(SERIAL_SAMPLES.uefiNoDisk)
  expect(linesOf(...SERIAL_SAMPLES.uefiNoDisk)).toEqual(whole)
  for (const size of [2, 3, 7, 64]) {
    expect(linesOf(...(SERIAL_SAMPLES.uefiNoDisk.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []))).toEqual(whole)
  }
})

test('titles, pictures and queries for a terminal leave nothing behind', () => {
  expect(linesOf('a\u001b]0;evil title\u0007b\u001bP+q544e\u001b\\c\u001b_apc\u009cd\u001b[6ne\u001b(Bf\u009b31mg\n')).toEqual(['abcdefg'])
})

test('a string that never ends hides no line', () => {
  expect(linesOf('\u001b]0;open\r\nKernel panic\n')).toEqual(['Kernel panic'])
})

test('a sequence that is broken off hides no line', () => {
  expect(linesOf('a\u001b[12\nb\u001b\nc')).toEqual(['a', 'b', 'c'])
})

test('a line without end comes in pieces', () => {
  const lines = linesOf('x'.repeat(3 * MAX_LINE + 5))
  expect(lines.map((line) => line.length)).toEqual([MAX_LINE, MAX_LINE, MAX_LINE, 5])
})

test('backspace takes back, tabs stay, other controls go', () => {
  expect(linesOf('ab\bc\td\u0000\u0007e\n')).toEqual(['ac\tde'])
})

test('the row of a prompt can be looked at before it ends', () => {
  const reader = new SerialLines(() => {})
  reader.push('done\nhost login: ')
  expect(reader.pending).toBe('host login: ')
})

test('lone carriage returns and pairs end a line once', () => {
  expect(linesOf('10 %\r20 %\r\n\r\r\nend\n\n')).toEqual(['10 %', '20 %', 'end'])
})
