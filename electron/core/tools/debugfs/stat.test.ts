import { expect, test } from 'vitest'
import { hasLongLabel, linkTarget, parseStat } from './stat.js'

// debugfs 1.47.0: stat "/a b.conf"
const FILE = `
Inode: 12   Type: regular    Mode:  0640   Flags: 0x80000
Generation: 1397128861    Version: 0x00000000:00000005
User:  1000   Group:  1001   Project:     0   Size: 6
File ACL: 0
Links: 1   Blockcount: 2
Fragment:  Address: 0    Number: 0    Size: 0
 ctime: 0x6b013e7d:c0b477dc -- Sat Nov 21 06:47:25 2026
 atime: 0x6b013e7d:be521bdc -- Sat Nov 21 06:47:25 2026
 mtime: 0x66318600:00000000 -- Wed May  1 00:00:00 2024
crtime: 0x6b013e7d:be521bdc -- Sat Nov 21 06:47:25 2026
Size of extra inode fields: 32
Extended attributes:
  security.selinux (28) = "system_u:object_r:boot_t:s0\\000"
Inode checksum: 0x019a53d2
EXTENTS:
(0):9217
`

const LINK = `Inode: 32387   Type: symlink    Mode:  0777   Flags: 0x0
Generation: 274144453    Version: 0x00000000:00000003
User:     0   Group:     0   Project:     0   Size: 4
 mtime: 0xffffffff:00000000 -- Wed Dec 31 23:59:59 1969
Fast link dest: "/dir"
`

test('mode, owner, size, time and label of a file', () => {
  expect(parseStat(FILE)).toEqual({
    kind: 'file',
    mode: 0o640,
    uid: 1000,
    gid: 1001,
    sizeBytes: 6,
    mtime: Date.UTC(2024, 4, 1) / 1000,
    linkTarget: null,
    selinux: 'system_u:object_r:boot_t:s0',
  })
})

test('a link has a target, and no label where none is told', () => {
  expect(parseStat(LINK)).toMatchObject({ kind: 'link', linkTarget: '/dir', selinux: null, sizeBytes: 4, mtime: -1 })
})

test('times after 2038 have two more bits', () => {
  expect(parseStat(LINK.replace('0xffffffff:00000000', '0x00000000:00000001'))?.mtime).toBe(2 ** 32)
})

test('folders and devices have no size, and no output tells nothing', () => {
  expect(parseStat(FILE.replace('regular', 'directory'))).toMatchObject({ kind: 'folder', sizeBytes: null })
  expect(parseStat(FILE.replace('regular', 'FIFO'))).toMatchObject({ kind: 'other', sizeBytes: null })
  expect(parseStat('\n')).toBe(null)
})

test('a short link is told by stat, a long one is said to stand in the data', () => {
  const stat = 'Inode: 14   Type: symlink    Mode:  0777   Flags: 0x0\nLinks: 1   Blockcount: 0\n'
  expect(linkTarget(`${stat}Fast link dest: "../usr/lib/os-release"\n`)).toBe('../usr/lib/os-release')
  expect(linkTarget(stat)).toBe('')
  expect(linkTarget('Inode: 14   Type: regular    Mode:  0644   Flags: 0x0\n')).toBe(null)
})

test('a long label is named without its value', () => {
  expect([hasLongLabel(FILE), hasLongLabel('Extended attributes:\n  security.selinux (668)\n')]).toEqual([false, true])
})
