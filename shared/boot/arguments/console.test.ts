import { expect, test } from 'vitest'
import { parseConsole, parseLineSettings, primaryConsole } from './console.js'

test('the last console= is the one that becomes /dev/console', () => {
  expect(primaryConsole(['console=ttyS0', 'quiet', 'console=tty0', 'rw'])).toBe(2)
  expect(primaryConsole(['console', 'quiet'])).toBe(-1)
  expect(primaryConsole(['consoleblank=0'])).toBe(-1)
})

test.each([
  ['ttyS0,115200n8', { device: 'ttyS0', options: '115200n8' }],
  ['tty0', { device: 'tty0', options: '' }],
  ['uart,io,0x3f8', { device: 'uart', options: 'io,0x3f8' }],
])('%s is a device with options', (value, spec) => {
  expect(parseConsole(value)).toEqual(spec)
})

test.each([
  ['9600', { baud: 9600, parity: 'n', bits: 8, flow: false }],
  ['115200o7r', { baud: 115200, parity: 'o', bits: 7, flow: true }],
  ['38400n8d', null],
  ['fast', null],
  ['', null],
])('%s as settings of a serial line', (text, settings) => {
  expect(parseLineSettings(text)).toEqual(settings)
})
