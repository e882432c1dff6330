import { expect, test } from 'vitest'
import { parsePlatformsJson } from './platforms-json.js'

const TABLE = {
  aws: { grub_commands: ['serial --speed=115200'], kernel_arguments: ['console=tty0', 'console=ttyS0,115200n8'] },
  azure: { kernel_arguments: ['console=tty0'] },
  qemu: { grub_commands: ['serial --speed=115200'] },
  empty: {},
}

test('the table of an image', () => {
  const table = parsePlatformsJson(JSON.stringify(TABLE), 'x86_64')
  expect([...table.keys()]).toEqual(['aws', 'azure', 'qemu', 'empty'])
  expect(table.get('aws')).toEqual({ grubCommands: ['serial --speed=115200'], kernelArguments: ['console=tty0', 'console=ttyS0,115200n8'] })
  expect(table.get('azure')).toEqual({ grubCommands: [], kernelArguments: ['console=tty0'] })
  expect(table.get('qemu')?.kernelArguments).toEqual([])
  expect(table.get('empty')).toEqual({ grubCommands: [], kernelArguments: [] })
  expect(parsePlatformsJson('{}', 'x86_64').size).toBe(0)
})

test('of the table of all architectures only one part counts', () => {
  const text = JSON.stringify({ x86_64: TABLE, aarch64: { aws: { kernel_arguments: ['console=ttyS0,115200n8'] } } })
  expect(parsePlatformsJson(text, 'x86_64').size).toBe(4)
  expect(parsePlatformsJson(text, 'aarch64').get('aws')?.kernelArguments).toEqual(['console=ttyS0,115200n8'])
  expect(parsePlatformsJson(text, 's390x').size).toBe(0)
})

test.each(['', 'aws: {}', '[]', 'null', '{"aws": []}', '{"aws": {"kernel_arguments": "console=tty0"}}', '{"x86_64": {"aws": 1}}'])(
  '%s is refused in words',
  (text) => {
    expect(() => parsePlatformsJson(text, 'x86_64')).toThrow(expect.objectContaining({ code: 'bad-input' }))
  },
)
