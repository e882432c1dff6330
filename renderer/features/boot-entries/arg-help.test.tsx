// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { ArgHelp } from './arg-help.js'

afterEach(cleanup)
const lines = (container: Element) => [...container.querySelectorAll('p')].map((line) => line.textContent)

test('it tells how an argument is written, what it does, what its value means, where it stands and who says so', () => {
  const origin = { file: '2:/grub2/grubenv', what: 'kernelopts', shared: true }
  const { container } = render(<ArgHelp arg="console=ttyS0,115200n8" origin={origin} users={3} isPrimaryConsole />)
  expect(lines(container)).toEqual([
    'console=DEVICE[,OPTIONS]',
    'A console for kernel messages; the last one given becomes /dev/console.',
    'Here: serial port 1 (ttyS0, COM1 on a PC), 115200 baud, no parity, 8 bits',
    'The last console of the line: it becomes /dev/console.',
    'Comes from kernelopts in /grub2/grubenv, shared by 3 entries',
    'Source: Documentation/admin-guide/kernel-parameters.txt',
  ])
})

test('of an argument that nobody documents it says so', () => {
  const { container } = render(<ArgHelp arg="unheard-of=1" />)
  expect(lines(container)).toEqual(['unheard-of=1', 'None of the documents known here describes it.'])
})
