import { expect, test } from 'vitest'
import { SERIAL_PIECE } from '#shared/boot-test/boot-test-calls'
import { heldSerial, readSerial } from './read-serial.js'

const held = (text: string, end = Buffer.byteLength(text)) => heldSerial(Buffer.from(text), end)

test('whole lines are told once, and the last row each time until it has ended', async () => {
  const first = await readSerial(held('one\r\n\u001b[1mtwo\u001b[0m\r\nlog'), 0)
  expect(first).toEqual({ lines: ['one', 'two'], pending: 'log', skipped: 0, next: 18 })
  const then = await readSerial(held('one\r\n\u001b[1mtwo\u001b[0m\r\nlogin: '), first.next)
  expect(then).toEqual({ lines: [], pending: 'login: ', skipped: 0, next: 18 })
  expect(await readSerial(held('one\r\n\u001b[1mtwo\u001b[0m\r\nlogin: root\r\n'), 18)).toMatchObject({
    lines: ['login: root'],
    pending: '',
  })
})

test('a title or a sequence that is cut in two never shows', async () => {
  const text = 'a\n\u001b]0;evil'
  const piece = await readSerial(held(text), 0)
  expect(piece).toMatchObject({ lines: ['a'], pending: '', next: 2 })
  expect(await readSerial(held(`${text} title\u0007b\n`), piece.next)).toMatchObject({ lines: ['b'] })
})

test('of much, only the end is told, from the beginning of a line, and how much was passed over', async () => {
  const text = `${'x'.repeat(99)}\n`.repeat(10_000)
  const piece = await readSerial(held(text), 100)
  expect(piece.lines.every((line) => line.length === 99)).toBe(true)
  expect(piece.skipped + 100).toBe(text.length - piece.lines.length * 100)
  expect(piece.lines.length * 100).toBeLessThanOrEqual(SERIAL_PIECE)
  expect(piece.next).toBe(text.length)
})

test('what is no longer held is passed over', async () => {
  expect(await readSerial(held('st of a line\nlast\n', 1000), 10)).toEqual({ lines: ['last'], pending: '', skipped: 985, next: 1000 })
})

test('a row without an end does not stop the console', async () => {
  const piece = await readSerial(held('y'.repeat(SERIAL_PIECE)), 0)
  expect(piece.next).toBe(SERIAL_PIECE)
  expect(piece.lines.join('').length).toBe(SERIAL_PIECE)
})

test('a position of another log begins anew', async () => {
  expect(await readSerial(held('new\n'), 500)).toMatchObject({ lines: ['new'], skipped: 0, next: 4 })
})
