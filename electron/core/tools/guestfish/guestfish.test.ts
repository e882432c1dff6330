import { describe, expect, test } from 'vitest'
import { guestfishCommand, guestfishWord } from './quote'
import { guestfishEnv } from './session'
import { parseStat, parseStatvfs } from './stat'

describe('words', () => {
  test('plain paths stay readable', () => {
    expect(guestfishWord('/loader/entries/ostree-1-ock.conf')).toBe('"/loader/entries/ostree-1-ock.conf"')
  })

  test.each([
    ['a "quote"', '"a\\x20\\x22quote\\x22"'],
    ['two\nlines', '"two\\x0alines"'],
    ['back\\slash', '"back\\x5cslash"'],
    ['$(id) `id` | id', '"\\x24\\x28id\\x29\\x20\\x60id\\x60\\x20\\x7c\\x20id"'],
    ['ß', '"\\xc3\\x9f"'],
    ['', '""'],
  ])('%j cannot end the word', (text, expected) => {
    expect(guestfishWord(text)).toBe(expected)
  })

  test('a NUL is refused', () => {
    expect(() => guestfishWord('a\0b')).toThrow('NUL')
  })

  test('numbers are not quoted', () => {
    expect(guestfishCommand('utimens', ['/a b', 0, -2, 1_714_521_600, 5])).toBe('utimens "/a\\x20b" 0 -2 1714521600 5')
  })
})

/** `statns` and `statvfs` of guestfish 1.48 on an ext4 file of three bytes. */
const STATNS = `st_dev: 2048
st_ino: 12
st_mode: 33188
st_nlink: 1
st_uid: 0
st_gid: 0
st_rdev: 0
st_size: 3
st_blksize: 1024
st_blocks: 2
st_atime_sec: 1795233735
st_atime_nsec: 971999986
st_mtime_sec: 1795233735
st_mtime_nsec: 971999986
st_ctime_sec: 1795233735
st_ctime_nsec: 971999986
`
const STATVFS = `bsize: 1024
frsize: 1024
blocks: 277623
bfree: 277608
bavail: 258152
files: 76912
ffree: 76900
favail: 76900
fsid: 9081976546472148689
flag: 1024
namemax: 255
`

test('stat of a file, of a folder and of nothing', () => {
  expect(parseStat(STATNS)).toEqual({
    regular: true,
    folder: false,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 3,
    mtime: [1_795_233_735, 971_999_986],
  })
  expect(parseStat(STATNS.replace('33188', '16877'))).toMatchObject({ regular: false, folder: true, mode: 0o755 })
  expect(parseStat('')).toBeNull()
})

test('free space, and the read-only flag', () => {
  expect(parseStatvfs(STATVFS)).toEqual({ freeBytes: 258_152 * 1024, readOnly: false })
  expect(parseStatvfs(STATVFS.replace('flag: 1024', 'flag: 1025'))?.readOnly).toBe(true)
  expect(parseStatvfs('')).toBeNull()
})

test('without KVM the appliance is told so', () => {
  const places = { folder: '/work', appliance: '/cache/appliance' }
  expect(guestfishEnv({ ...places, accelerator: 'tcg' })).toMatchObject({
    LIBGUESTFS_BACKEND: 'direct',
    LIBGUESTFS_BACKEND_SETTINGS: 'force_tcg',
    TMPDIR: '/work',
  })
  expect(guestfishEnv({ ...places, accelerator: 'kvm' })).not.toHaveProperty('LIBGUESTFS_BACKEND_SETTINGS')
})
