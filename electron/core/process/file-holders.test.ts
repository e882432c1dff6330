import { expect, test } from 'vitest'
import { isInLocks } from './file-holders.js'

// makedev(3): major 0xfe, minor 1.
const FILE = { dev: 0xfe01, ino: 131 }

test('a lock counts when its device and inode are those of the file', () => {
  expect(isInLocks('1: OFDLCK  ADVISORY  READ -1 fe:01:131 100 101\n', FILE)).toBe(true)
  expect(isInLocks('1: POSIX  ADVISORY  WRITE 812 fe:01:1310 0 EOF\n', FILE)).toBe(false)
  expect(isInLocks('', FILE)).toBe(false)
})

test('the same inode number on another disk is another file', () => {
  expect(isInLocks('1: POSIX  ADVISORY  WRITE 812 08:02:131 0 EOF\n', FILE)).toBe(false)
})

test('devices without a number of their own (btrfs, overlay) may be listed under another one: the inode decides', () => {
  expect(isInLocks('2: FLOCK  ADVISORY  WRITE 812 00:2f:131 0 EOF\n', { dev: 0x33, ino: 131 })).toBe(true)
  expect(isInLocks('2: FLOCK  ADVISORY  WRITE 812 fe:01:131 0 EOF\n', { dev: 0x33, ino: 131 })).toBe(false)
})

test('large device numbers, as partitions of NVMe disks have them', () => {
  expect(isInLocks('3: FLOCK  ADVISORY  WRITE 812 103:100002:7 0 EOF\n', { dev: 0x100010302, ino: 7 })).toBe(true)
})
