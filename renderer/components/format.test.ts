import { expect, test } from 'vitest'
import {
  count,
  formatAgo,
  formatBytes,
  formatExactBytes,
  formatPercent,
  formatRate,
  formatSeconds,
  formatSecondsLeft,
  splitPath,
} from './format.js'

const MIB = 1024 ** 2
const GIB = 1024 ** 3

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [1536, '1.5 KiB'],
  [244 * MIB, '244 MiB'],
  [15 * GIB, '15 GiB'],
  [14.3 * GIB, '14.3 GiB'],
  [1.9 * GIB, '1.9 GiB'],
  [1024 * MIB - 1, '1 GiB'],
  [2 * 1024 * GIB, '2 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('exact bytes are grouped', () => {
  expect(formatExactBytes(16_106_127_360)).toBe('16,106,127,360 bytes')
  expect(formatExactBytes(1)).toBe('1 byte')
})

test('rates are decimal', () => {
  expect(formatRate(412_000_000)).toBe('412 MB/s')
  expect(formatRate(1_240_000_000)).toBe('1.2 GB/s')
  expect(formatRate(999_999)).toBe('1.0 MB/s')
})

test.each([
  [0.04, '0.0 s'],
  [6.7, '6.7 s'],
  [9.97, '10 s'],
  [59.6, '1 min'],
  [125, '2 min 5 s'],
  [3780, '1 h 3 min'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

test('time left is whole seconds and never zero', () => {
  expect(formatSecondsLeft(4.4)).toBe('4 s left')
  expect(formatSecondsLeft(0)).toBe('1 s left')
  expect(formatSecondsLeft(75)).toBe('1 min 15 s left')
})

test('100 % is said only at the end', () => {
  expect(formatPercent(0.999)).toBe('99 %')
  expect(formatPercent(1)).toBe('100 %')
})

test('ages', () => {
  const now = Date.parse('2026-01-10T12:00:00Z')
  expect(formatAgo('2026-01-10T11:59:40Z', now)).toBe('just now')
  expect(formatAgo('2026-01-10T11:20:00Z', now)).toBe('40 min ago')
  expect(formatAgo('2026-01-09T11:00:00Z', now)).toBe('yesterday')
  expect(formatAgo('2025-12-01T11:00:00Z', now)).toBe('2025-12-01')
})

test('counts and paths', () => {
  expect(count(1, 'argument')).toBe('1 argument')
  expect(count(0, 'entry', 'entries')).toBe('0 entries')
  expect(splitPath('/images/ock/boot.qcow2')).toEqual({ folder: '/images/ock', name: 'boot.qcow2' })
  expect(splitPath('/boot.qcow2')).toEqual({ folder: '/', name: 'boot.qcow2' })
})
