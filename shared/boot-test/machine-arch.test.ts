import { expect, test } from 'vitest'
import { usesSerialConsole } from './booting-entry.js'
import { problemOfMachine } from './machine-arch.js'

test.each([
  ['aarch64', { diskBus: 'sata', firmware: 'auto' }, 'a machine of 64-bit ARM has no disk bus sata, but virtio, scsi, nvme, usb'],
  ['aarch64', { machine: 'q35', firmware: 'auto' }, 'a machine of 64-bit ARM has no chip set q35, but virt'],
  ['aarch64', { firmware: 'bios' }, 'a machine of 64-bit ARM has no firmware bios, but auto, uefi, uefi-secure'],
  ['aarch64', { machine: 'virt', diskBus: 'nvme', firmware: 'uefi-secure' }, null],
  ['x86_64', { machine: 'virt', firmware: 'auto' }, 'a machine of x86-64 has no chip set virt, but q35, pc'],
  ['x86_64', { diskBus: 'usb', firmware: 'bios' }, 'a machine of x86-64 has no disk bus usb, but virtio, scsi, nvme, sata, ide'],
  ['x86_64', { machine: 'pc', diskBus: 'ide', firmware: 'bios' }, null],
] as const)('%s with %j: %s', (arch, wanted, problem) => expect(problemOfMachine(arch, wanted)).toBe(problem))

test.each([
  ['x86_64', ['root=x'], false],
  ['x86_64', ['console=ttyS0'], true],
  ['aarch64', ['root=x'], true],
  ['aarch64', ['console=ttyAMA0,115200'], true],
  ['aarch64', ['console=tty0'], false],
  ['aarch64', ['console=ttyS0'], false],
] as const)('%s with %j writes to the first serial port: %s', (arch, args, writes) => {
  const entries = [{ id: 'a', args, isDefault: true, enabled: true }] as never
  expect(usesSerialConsole({ entries }, undefined, arch)).toBe(writes)
})
