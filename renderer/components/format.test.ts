import { expect, test } from 'vitest'
import { count, formatAgo, formatPercent, formatSecondsLeft, splitPath } from './format.js'

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
