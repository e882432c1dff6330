import { expect, test } from 'vitest'
import { explainArg } from './explain-arg.js'

test('a chip tells how it is written, what it does, what its value means and who says so', () => {
  expect(explainArg('console=ttyS0,115200n8')?.split('\n')).toEqual([
    'console=DEVICE[,OPTIONS]',
    'A console for kernel messages; the last one given becomes /dev/console.',
    'Here: serial port 1 (ttyS0, COM1 on a PC), 115200 baud, no parity, 8 bits',
    'Source: Documentation/admin-guide/kernel-parameters.txt',
  ])
})

test('a flag has no value to explain, and an unknown argument nothing at all', () => {
  expect(explainArg('quiet')?.split('\n')).toHaveLength(3)
  expect(explainArg('unheard-of=1')).toBeUndefined()
})
