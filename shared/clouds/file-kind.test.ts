import { expect, test } from 'vitest'
import { KIND_HEAD_BYTES, kindOfHead } from './file-kind.js'

function head(...texts: readonly (readonly [at: number, text: string])[]): Uint8Array {
  const bytes = new Uint8Array(KIND_HEAD_BYTES)
  for (const [at, text] of texts) bytes.set(new TextEncoder().encode(text), at)
  return bytes
}

test('files for booting by network are known by their first bytes', () => {
  expect(kindOfHead(head([0, 'hsqs']))).toBe('squashfs')
  expect(kindOfHead(head([0, 'MZ'], [0x202, 'HdrS']))).toBe('kernel')
  expect(kindOfHead(head([56, 'ARMd']))).toBe('kernel')
  expect(kindOfHead(head([0, 'MZ'], [4, 'zimg']))).toBe('kernel')
  expect(kindOfHead(head([0, '070701']))).toBe('initramfs')
  expect(kindOfHead(head([0, '070702']))).toBe('initramfs')
})

test('what may be a disk is none of them', () => {
  expect(kindOfHead(head([0, 'QFI\u00fb']))).toBeNull()
  expect(kindOfHead(head([512, 'EFI PART']))).toBeNull()
  expect(kindOfHead(head([0, 'MZ']))).toBeNull()
  expect(kindOfHead(new Uint8Array(2))).toBeNull()
})
