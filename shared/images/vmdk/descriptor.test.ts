import { expect, test } from 'vitest'
import { diskGeometry, streamDescriptor } from './descriptor.js'

const GIB = 2 ** 21

test('the geometry of SCSI disks grows with them, and that of IDE disks ends at 16383 cylinders', () => {
  expect(diskGeometry(GIB - 1, 'lsilogic')).toEqual({ cylinders: 1023, heads: 64, sectors: 32 })
  expect(diskGeometry(GIB, 'lsilogic')).toEqual({ cylinders: 512, heads: 128, sectors: 32 })
  expect(diskGeometry(16 * GIB, 'buslogic')).toEqual({ cylinders: 2088, heads: 255, sectors: 63 })
  expect(diskGeometry(2048 * GIB, 'lsilogic')).toEqual({ cylinders: 65_535, heads: 255, sectors: 63 })
  expect(diskGeometry(64 * GIB, 'ide')).toEqual({ cylinders: 16_383, heads: 16, sectors: 63 })
  expect(diskGeometry(1, 'ide')).toEqual({ cylinders: 1, heads: 16, sectors: 63 })
})

test('a name cannot add lines to the descriptor, nor make it longer than its place', () => {
  const facts = { capacity: 1, adapter: 'ide', hardwareVersion: 7, contentId: 1, longContentId: '0'.repeat(32) } as const
  const lines = (name: string) => String.fromCharCode(...streamDescriptor({ ...facts, name })).split('\n')
  expect(lines('a"\nRW 1 FLAT "/etc/passwd" 0\0é.vmdk')[7]).toBe('RDONLY 1 SPARSE "a__RW 1 FLAT __etc_passwd_ 0__.vmdk"')
  expect(lines('x'.repeat(20_000))[7]).toBe(`RDONLY 1 SPARSE "${'x'.repeat(200)}"`)
  expect(lines('')[7]).toBe('RDONLY 1 SPARSE "disk.vmdk"')
})
