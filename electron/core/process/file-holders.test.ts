import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileHolders, isInLocks } from './file-holders.js'

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

/** A machine of the test: `/proc` with two processes that have `image` open. */
let folder: string
let image: string
const TOOL = 4_194_001
const STRANGER = 4_194_002
const everything = new Set([TOOL, STRANGER])

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-proc-'))
  image = path.join(folder, 'disk.img')
  fs.writeFileSync(image, 'x')
  for (const [pid, name] of [
    [TOOL, 'qemu-img'],
    [STRANGER, 'cat'],
  ] as const) {
    fs.mkdirSync(path.join(folder, String(pid), 'fd'), { recursive: true })
    fs.symlinkSync('/dev/null', path.join(folder, String(pid), 'fd', '0'))
    fs.symlinkSync(image, path.join(folder, String(pid), 'fd', '9'))
    fs.writeFileSync(path.join(folder, String(pid), 'comm'), `${name}\n`)
  }
})
afterEach(() => fs.rmSync(folder, { recursive: true }))

function end(pid: number): void {
  fs.rmSync(path.join(folder, String(pid)), { recursive: true })
}

function lock(): void {
  const { dev, ino } = fs.statSync(image)
  // As makedev(3) encodes small numbers.
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)]
  fs.writeFileSync(path.join(folder, 'locks'), `1: OFDLCK ADVISORY READ -1 ${major.toString(16)}:${minor.toString(16)}:${ino} 100 101\n`)
}

/** Asks who holds the image; `meanwhile` happens after `/proc` was read, when it is asked which tools are our own. */
function holders(own: ReadonlySet<number>, meanwhile: () => unknown = () => {}): Promise<string[]> {
  return fileHolders(image, {
    folder,
    ownTools: () => {
      meanwhile()
      return own
    },
  })
}

test('who has it open is named, but for our own tools', async () => {
  expect(await holders(new Set())).toEqual([`qemu-img (${TOOL})`, `cat (${STRANGER})`])
  expect(await holders(new Set([TOOL]))).toEqual([`cat (${STRANGER})`])
  expect(await holders(everything)).toEqual([])
})

test('a tool of ours that ends while the processes are looked through holds nothing, though it is our own no more', async () => {
  expect(await holders(new Set(), () => end(TOOL))).toEqual([`cat (${STRANGER})`])
})

test('a lock whose holder cannot be seen is that of another user; one of our own tools is not', async () => {
  lock()
  expect(await holders(everything)).toEqual([])
  for (const pid of everything) end(pid)
  expect(await holders(new Set())).toEqual(['a process of another user'])
})

test('a lock that goes with a tool of ours which ends meanwhile is held by nobody else', async () => {
  for (const pid of everything) end(pid)
  lock()
  let asked = 0
  // Once for those that have it open, once for those that may have the lock.
  expect(await holders(new Set(), () => ++asked === 2 && fs.rmSync(path.join(folder, 'locks')))).toEqual([])
  expect(asked).toBe(2)
})
