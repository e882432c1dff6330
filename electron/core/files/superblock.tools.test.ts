import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Filesystem } from '#shared/images/image-info'
import { readSuperblock } from '#shared/images/superblock'

const MIB = 1024 * 1024
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'superblock-'))
  mkdirSync(join(folder, 'tree'))
  writeFileSync(join(folder, 'tree', 'file'), Buffer.alloc(3 * MIB, 1))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function readFile(path: string): Promise<Filesystem | null> {
  const file = openSync(path, 'r')
  try {
    return await readSuperblock((offset, length) => {
      const buffer = new Uint8Array(length)
      return buffer.subarray(0, readSync(file, buffer, 0, length, offset))
    })
  } finally {
    closeSync(file)
  }
}

function blkid(path: string): Record<string, string> {
  const lines = execFileSync('blkid', ['-p', '-o', 'export', path], { encoding: 'utf8' }).split('\n')
  return Object.fromEntries(
    lines
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).replaceAll('\\ ', ' ')]),
  )
}

function make(name: string, bytes: number, command: string, args: readonly string[]): string {
  const path = join(folder, name)
  writeFileSync(path, '')
  if (bytes > 0) truncateSync(path, bytes)
  execFileSync(command, [...args, path], { cwd: folder, stdio: 'pipe' })
  return path
}

test.each([
  ['FAT12', 2 * MIB, 'mkfs.fat', ['-F', '12', '-n', 'LABEL 12'], 'fat', 'vfat (FAT12)'],
  ['FAT16', 32 * MIB, 'mkfs.fat', ['-F', '16', '-n', 'BOOT'], 'fat', 'vfat (FAT16)'],
  ['FAT32', 128 * MIB, 'mkfs.fat', ['-F', '32', '-n', 'EFI-SYSTEM'], 'fat', 'vfat (FAT32)'],
  ['FAT32 with few clusters', 16 * MIB, 'mkfs.fat', ['-F', '32'], 'fat', 'vfat (FAT32)'],
  ['ext2', 16 * MIB, 'mkfs.ext4', ['-q', '-t', 'ext2', '-L', 'two', '-d', 'tree'], 'ext', 'ext2'],
  ['ext3', 32 * MIB, 'mkfs.ext4', ['-q', '-t', 'ext3'], 'ext', 'ext3'],
  ['ext4', 64 * MIB, 'mkfs.ext4', ['-q', '-L', 'sixteen bytes ok', '-d', 'tree'], 'ext', 'ext4'],
  ['XFS', 320 * MIB, 'mkfs.xfs', ['-q', '-L', 'boot'], 'xfs', 'xfs'],
  ['btrfs', 128 * MIB, 'mkfs.btrfs', ['-q', '-L', 'data volume'], 'btrfs', 'btrfs'],
  ['swap', 16 * MIB, 'mkswap', ['-L', 'swap0'], 'swap', 'swap'],
] as const)('%s as blkid sees it', async (name, bytes, command, args, kind, type) => {
  const path = make(name.replaceAll(' ', '-'), bytes, command, args)
  const expected = blkid(path)
  const found = await readFile(path)
  expect(found).toMatchObject({ kind, type, label: expected['LABEL'] ?? null, uuid: expected['UUID'] ?? null })
  expect(type.startsWith(expected['TYPE'] ?? 'none')).toBe(true)
})

test('used bytes agree with the tools of the file systems', async () => {
  const ext = join(folder, 'ext4')
  const dump = execFileSync('dumpe2fs', ['-h', ext], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(dump)?.[1])
  expect((await readFile(ext))?.usedBytes).toBe((field('Block count') - field('Free blocks')) * field('Block size'))

  const xfs = join(folder, 'XFS')
  const print = execFileSync('xfs_db', ['-r', '-c', 'sb 0', '-c', 'p dblocks fdblocks blocksize', xfs], { encoding: 'utf8' })
  const value = (name: string) => Number(new RegExp(`^${name} = (\\d+)`, 'm').exec(print)?.[1])
  expect((await readFile(xfs))?.usedBytes).toBe((value('dblocks') - value('fdblocks')) * value('blocksize'))

  for (const name of ['FAT12', 'FAT16', 'FAT32']) {
    const path = join(folder, name)
    const free = () =>
      Number(
        execFileSync('mdir', ['-i', path, '::'], { encoding: 'utf8' })
          .match(/([\d ]+) bytes free/)?.[1]
          ?.replaceAll(' ', ''),
      )
    const used = async () => (await readFile(path))?.usedBytes ?? Number.NaN
    const before = { free: free(), used: await used() }
    execFileSync('mcopy', ['-i', path, name === 'FAT12' ? '/etc/passwd' : join(folder, 'tree', 'file'), '::x'])
    const after = { free: free(), used: await used() }
    expect([name, after.used - before.used]).toEqual([name, before.free - after.free])
    expect(after.used).toBeGreaterThan(before.used)
  }
})

test('squashfs, LUKS and NTFS', async () => {
  const squash = join(folder, 'squash')
  execFileSync('mksquashfs', ['tree', squash, '-quiet', '-no-progress'], { cwd: folder, stdio: 'pipe' })
  expect(await readFile(squash)).toMatchObject({ kind: 'squashfs', type: 'squashfs' })

  const luks = join(folder, 'luks')
  writeFileSync(luks, '')
  truncateSync(luks, 32 * MIB)
  execFileSync(
    'cryptsetup',
    [
      'luksFormat',
      '-q',
      '--type',
      'luks2',
      '--label',
      'secret disk',
      '--pbkdf',
      'pbkdf2',
      '--pbkdf-force-iterations',
      '1000',
      '--key-file',
      '-',
      luks,
    ],
    { input: 'x' },
  )
  expect(await readFile(luks)).toMatchObject({ kind: 'luks', type: 'crypto_LUKS', label: 'secret disk', uuid: blkid(luks)['UUID'] })

  const ntfs = make('ntfs', 16 * MIB, 'mkfs.ntfs', ['-F', '-q', '-Q', '-s', '512', '-p', '0', '-H', '16', '-S', '63'])
  expect(await readFile(ntfs)).toMatchObject({ kind: 'ntfs', type: 'ntfs', uuid: blkid(ntfs)['UUID'] })
})

test('zeros and text hold no file system', async () => {
  const path = join(folder, 'nothing')
  writeFileSync(path, Buffer.alloc(MIB))
  expect(await readFile(path)).toBeNull()
  writeFileSync(path, 'text '.repeat(50_000))
  expect(await readFile(path)).toBeNull()
})
