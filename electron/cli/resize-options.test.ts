import { expect, test } from 'vitest'
import { parseCommand, UsageError } from './command.js'
import { resizeCommand, resizeOptions } from './commands/resize.js'

const options = (...args: string[]) => resizeOptions(parseCommand(resizeCommand, ['disk.qcow2', ...args]))

test('sizes and partitions are read', () => {
  expect(options('--size', '20G')).toEqual({ size: 20 * 1024 ** 3, partition: 'last' })
  expect(options('--size', 'min', '--partition', 'none')).toEqual({ size: 'min', partition: null })
  expect(options('--partition', '3')).toEqual({ size: null, partition: 3 })
  const { size } = options('--size', '+1M')
  expect(typeof size === 'function' && size(1024 ** 2)).toBe(2 * 1024 ** 2)
})

test.each([[[]], [['--size', 'large']], [['--size', '20G', '--partition', 'root']]])('%j is not understood', (args) => {
  expect(() => options(...args)).toThrow(UsageError)
})
