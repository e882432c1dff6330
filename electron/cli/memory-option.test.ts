import { expect, test } from 'vitest'
import { UsageError } from './command.js'
import { memoryMibOf, memoryOf } from './memory-option.js'

test('memory is a size; a bare number is MiB', () => {
  expect(['768', '512M', '4G', '1.5 GiB'].map(memoryMibOf)).toEqual([768, 512, 4096, 1536])
  expect(memoryOf('64')).toBe(64 * 1024 ** 2)
})

test.each(['much', '', '512K', '1', '100.5M', '-1', '99999999999999'])('%j is none', (text) => {
  expect(() => memoryOf(text)).toThrow(UsageError)
})
