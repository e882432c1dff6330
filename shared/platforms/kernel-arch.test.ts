import { expect, test } from 'vitest'
import { archOfEfiName, archOfEntry, archOfKernel } from './kernel-arch.js'

const entry = (linux: string | null, version: string | null = null, efi: string | null = null) => ({ linux, version, efi })

test.each([
  ['/ostree/ock-5f0b/vmlinuz-5.15.0-206.153.7.1.el8uek.x86_64', 'x86_64'],
  ['/boot/vmlinuz-6.1.0-18-amd64', 'x86_64'],
  ['/vmlinuz-6.8.5-301.fc40.aarch64', 'aarch64'],
  ['/boot/vmlinuz-6.1.0-18-cloud-arm64', 'aarch64'],
  ['/vmlinuz-5.14.0-427.el9.ppc64le', 'ppc64le'],
  ['/vmlinuz-5.14.0-427.el9.s390x', 's390x'],
  ['/boot/vmlinuz-linux', null],
  ['/vmlinuz-5.15.0-generic', null],
])('the kernel %s is for %s', (linux, arch) => {
  expect(archOfEntry(entry(linux))).toBe(arch)
})

test('the version and the EFI program tell as well', () => {
  expect(archOfEntry(entry('/vmlinuz', '6.8.5-301.fc40.aarch64'))).toBe('aarch64')
  expect(archOfEntry(entry(null, null, '/EFI/systemd/systemd-bootx64.efi'))).toBeNull()
  expect(archOfEfiName('BOOTX64.EFI')).toBe('x86_64')
  expect(archOfEfiName('grubaa64.efi')).toBe('aarch64')
  expect(archOfEfiName('BOOTIA32.EFI')).toBeNull()
})

function bytes(...parts: readonly (readonly [number, readonly number[]])[]): Uint8Array {
  const head = new Uint8Array(1024)
  for (const [at, values] of parts) head.set(values, at)
  return head
}

test.each([
  ['x86 boot protocol', bytes([0x202, [0x48, 0x64, 0x72, 0x53]]), 'x86_64'],
  ['PE for x86-64', bytes([0, [0x4d, 0x5a]], [0x3c, [0x80]], [0x80, [0x50, 0x45, 0, 0, 0x64, 0x86]]), 'x86_64'],
  ['PE for AArch64', bytes([0, [0x4d, 0x5a]], [0x3c, [0x80]], [0x80, [0x50, 0x45, 0, 0, 0x64, 0xaa]]), 'aarch64'],
  ['ARM64 image', bytes([0x38, [0x41, 0x52, 0x4d, 0x64]]), 'aarch64'],
  ['ELF for PowerPC', bytes([0, [0x7f, 0x45, 0x4c, 0x46, 2, 1]], [18, [21, 0]]), 'ppc64le'],
  ['ELF for s390x', bytes([0, [0x7f, 0x45, 0x4c, 0x46, 2, 2]], [18, [0, 22]]), 's390x'],
  ['nothing known', bytes(), null],
  ['a PE header that points nowhere', bytes([0, [0x4d, 0x5a]], [0x3c, [0xff, 0xff, 0xff, 0x7f]]), null],
  ['an empty file', new Uint8Array(0), null],
])('%s', (_name, head, arch) => {
  expect(archOfKernel(head)).toBe(arch)
})
