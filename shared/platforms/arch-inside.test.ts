import { expect, test } from 'vitest'
import { archInside } from './arch-inside.js'

const ROOT_ARM64 = 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE'
const ROOT_RISCV = '72EC70A6-CF74-40E6-BD49-4BDA08E8F224'

test.each([
  [[], [], [], null],
  [['0FC63DAF-8483-4772-8E79-3D69D8477DE4'], ['/vmlinuz'], ['fbx64.efi.bak'], null],
  [[ROOT_ARM64], ['/vmlinuz-6.1.0-amd64'], ['BOOTX64.EFI'], 'aarch64'],
  [[ROOT_RISCV], [], [], 'riscv64'],
  [[], ['/vmlinuz-6.1.0-arm64'], [], 'aarch64'],
  [[], ['/vmlinuz-6.1.0-arm64', '/vmlinuz-6.1.0-amd64'], [], 'x86_64'],
  [[], ['/boot/vmlinuz-6.12.0-riscv64'], [], 'riscv64'],
  [[], ['/boot/vmlinuz-6.1.0-9-armmp'], [], 'armv7l'],
  [[], ['/vmlinuz'], ['BOOTAA64.EFI', 'fbaa64.efi'], 'aarch64'],
  [[], ['/vmlinuz'], ['BOOTAA64.EFI', 'BOOTX64.EFI'], 'x86_64'],
  [[], ['/vmlinuz'], ['bootriscv64.efi'], 'riscv64'],
  [[], ['/vmlinuz'], ['BOOTARM.EFI'], 'armv7l'],
  [[], ['/vmlinuz-6.1.0-s390x'], [], 's390x'],
])('partitions %j, kernels %j, loaders %j', (types, kernels, loaders, arch) => {
  const partitions = types.map((type) => ({ type }))
  const entries = kernels.map((linux) => ({ linux, efi: null, version: null }))
  expect(archInside(partitions, entries, loaders)).toBe(arch)
})
