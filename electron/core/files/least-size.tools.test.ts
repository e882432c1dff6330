import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSuperblock, SUPERBLOCK_BYTES } from '#shared/images/superblock'

const MIB = 1024 ** 2

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-least-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A folder with so many files of so many bytes. */
function tree(count: number, bytes: number): string {
  const made = path.join(folder, `tree-${count}-${bytes}`)
  if (fs.existsSync(made)) return made
  fs.mkdirSync(made)
  for (let index = 0; index < count; index += 1) {
    const inside = path.join(made, `d${index % 9}`)
    fs.mkdirSync(inside, { recursive: true })
    fs.writeFileSync(path.join(inside, `f${index}`), Buffer.alloc(bytes, index))
  }
  return made
}

async function superblockOf(file: string) {
  const handle = fs.openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(SUPERBLOCK_BYTES)
    fs.readSync(handle, bytes, 0, bytes.length, 0)
    return await readSuperblock((offset, length) => bytes.subarray(offset, offset + length))
  } finally {
    fs.closeSync(handle)
  }
}

test.each<[mib: number, count: number, bytes: number, options: string[]]>([
  [24, 0, 0, []],
  [48, 40, 20_000, []],
  [64, 200, 100_000, []],
  [40, 30, 900_000, ['-O', '^has_journal']],
  [300, 0, 0, ['-b', '4096']],
  [300, 500, 400, ['-b', '4096']],
  [300, 40, 2_000_000, ['-b', '4096', '-m', '0']],
  [160, 3000, 10, ['-b', '1024', '-N', '4096']],
  [128, 30, 900_000, ['-O', '^has_journal,^64bit,^flex_bg,^extent']],
  [128, 20, 3_000_000, ['-O', '^resize_inode']],
  [200, 20, 3_000_000, ['-t', 'ext2', '-O', 'none,sparse_super,filetype']],
  [300, 20, 5_000_000, ['-i', '4096']],
])('an ext of %i MiB with %i files of %i bytes %j is made as small as is told', async (mib, count, bytes, options) => {
  const file = path.join(folder, 'ext.raw')
  fs.writeFileSync(file, '')
  fs.truncateSync(file, mib * MIB)
  const run = (tool: string, ...args: string[]) => execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  run('mkfs.ext4', '-q', '-F', '-d', tree(count, bytes), ...options, file)
  const before = await superblockOf(file)
  const known = Number(/: (\d+)/.exec(run('resize2fs', '-P', file))?.[1])
  const block = Number(/Block size: +(\d+)/.exec(run('dumpe2fs', '-h', file))?.[1])
  expect(before?.sizeBytes).toBe(mib * MIB)
  const least = before?.leastBytes ?? 0
  expect(least).toBeLessThanOrEqual(mib * MIB)
  // An estimate that is of use: not much above what resize2fs itself takes for the least.
  expect(least).toBeLessThan(1.3 * known * block + 16 * MIB)
  if (least < mib * MIB) {
    run('resize2fs', '-f', file, `${least / 1024}K`)
    run('e2fsck', '-fn', file)
    expect((await superblockOf(file))?.sizeBytes).toBeLessThanOrEqual(least)
  }
  fs.rmSync(file)
})
