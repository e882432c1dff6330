import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ByteView } from '../byte-view.js'
import { isXfsLogClean } from './xfs-log.js'

const run = promisify(execFile)
const BLOCK = 512
let folder: string
let image: Buffer

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'xfs-log-'))
  const file = path.join(folder, 'disk.img')
  await run('truncate', ['-s', '300M', file])
  await run('mkfs.xfs', ['-q', file])
  image = await fs.readFile(file)
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const isClean = (bytes: Buffer): Promise<boolean | null> =>
  isXfsLogClean(new ByteView(bytes.subarray(0, BLOCK)), (offset, length) => bytes.subarray(offset, offset + length))

/** Where the log begins, by the fields of the superblock. */
function logStart(bytes: Buffer): number {
  const block = bytes.readBigUInt64BE(48)
  const shift = BigInt(bytes[124] ?? 0)
  const inGroup = block & ((1n << shift) - 1n)
  return (Number(block >> shift) * bytes.readUInt32BE(84) + Number(inGroup)) * bytes.readUInt32BE(4)
}

test('mkfs.xfs leaves a clean log', async () => {
  expect(await isClean(image)).toBe(true)
})

test('a log whose last record is no unmount is not clean', async () => {
  const dirty = Buffer.from(image)
  const start = logStart(dirty)
  expect(dirty.readUInt32BE(start)).toBe(0xfeedbabe)
  dirty[start + BLOCK + 9] = 0
  expect(await isClean(dirty)).toBe(false)
})

test('a record after the unmount is not clean', async () => {
  const dirty = Buffer.from(image)
  const start = logStart(dirty)
  dirty.copy(dirty, start + 2 * BLOCK, start, start + BLOCK)
  dirty.writeUInt32BE(7, start + 2 * BLOCK + 40)
  dirty.copy(dirty, start + 3 * BLOCK, start + BLOCK, start + 2 * BLOCK)
  expect(await isClean(dirty)).toBe(false)
})

test('a log that was never written to is clean, and one elsewhere cannot be told', async () => {
  const empty = Buffer.from(image)
  empty.fill(0, logStart(empty), logStart(empty) + 10 * BLOCK)
  expect(await isClean(empty)).toBe(true)
  const external = Buffer.from(image)
  external.writeBigUInt64BE(0n, 48)
  expect(await isClean(external)).toBeNull()
})
