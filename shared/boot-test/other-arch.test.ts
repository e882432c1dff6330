import { expect, test } from 'vitest'
import { otherArch } from './other-arch.js'

const entry = (linux: string) => ({ linux, efi: null, version: null })

test.each([
  ['disk.qcow2', [], null],
  ['disk.qcow2', ['/vmlinuz'], null],
  ['disk.aarch64.qcow2', [], 'aarch64'],
  ['disk.qcow2', ['/vmlinuz-6.1.0-arm64'], 'aarch64'],
  ['disk.qcow2', ['/vmlinuz-6.1.0-arm64', '/vmlinuz-6.1.0-amd64'], null],
])('%s with %j', (name, kernels, arch) => {
  expect(otherArch({ name, partitions: [] }, kernels.map(entry))).toBe(arch)
})
