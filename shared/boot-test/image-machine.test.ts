import { expect, test } from 'vitest'
import { bootArch } from './image-machine.js'

test.each([
  [{ name: 'disk.qcow2', firmware: 'unknown' }, null],
  [{ name: 'disk.qcow2', firmware: 'uefi', arch: null }, null],
  [{ name: 'disk.aarch64.qcow2', firmware: 'unknown', arch: null }, 'aarch64'],
  [{ name: 'disk.aarch64.qcow2', firmware: 'uefi', arch: 'x86_64' }, 'x86_64'],
  [{ name: 'disk.qcow2', firmware: 'uefi', arch: 'riscv64' }, 'riscv64'],
  [{ name: 'disk.aarch64.qcow2', firmware: 'bios', arch: null }, 'x86_64'],
] as const)('%j is for %s', (info, arch) => {
  expect(bootArch(info)).toBe(arch)
})
