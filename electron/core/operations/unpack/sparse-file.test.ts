import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { dataRuns, limitsFor, SparseFile, type SparseLimits } from './sparse-file.js'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright sparse-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const LIMITS: SparseLimits = {
  folder: '/to',
  dataBytes: 2 ** 40,
  freeBytes: 2 ** 40,
  reserveBytes: 0,
  length: 2 ** 40,
  keepsHoles: true,
  packedBytes: 1,
  passesCache: true,
}

async function write(pieces: readonly Buffer[], limits: Partial<SparseLimits> = {}): Promise<{ bytes: Buffer; written: number }> {
  const file = path.join(folder, 'file')
  await fs.writeFile(file, '')
  const out = await SparseFile.open(file, { ...LIMITS, ...limits })
  try {
    for (const piece of pieces) await out.write(piece)
    await out.finish(out.length)
  } finally {
    await out.close()
  }
  return { bytes: await fs.readFile(file), written: out.written }
}

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (thrown: unknown) => (thrown instanceof AppError ? thrown.code : String(thrown)),
  )
}

test('what is written is what is read, in pieces of any length', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat({ max: 300_000 }), fc.boolean()), { maxLength: 12 }), async (rows) => {
      const pieces = rows.map(([length, isZero]) => Buffer.alloc(length, isZero ? 0 : 7))
      const { bytes } = await write(pieces)
      expect(bytes.equals(Buffer.concat(pieces))).toBe(true)
    }),
    { numRuns: 30 },
  )
})

test.each([true, false])(
  'large pieces with holes between them are what they were, also where they begin within a block; past the cache: %s',
  async (passesCache) => {
    const file = path.join(folder, `large-${passesCache}`)
    const mib = 1024 * 1024
    const start = 12_345
    const wanted = Buffer.alloc(start + 7 * mib + 1000)
    for (let at = start; at < wanted.length; at += 1) if (at % (2 * mib) < 1_500_000) wanted[at] = (at >> 9) % 251
    for (const from of [0, start]) {
      await fs.writeFile(file, wanted.subarray(0, from))
      const out = await SparseFile.open(file, { ...LIMITS, passesCache }, from)
      for (let at = from; at < wanted.length; at += 70_001) await out.write(wanted.subarray(at, at + 70_001))
      await out.finish(wanted.length)
      await out.close()
      expect((await fs.readFile(file)).equals(wanted)).toBe(true)
    }
  },
)

test('zeros do not count as data, whatever their amount; data does', async () => {
  const mib = 1024 * 1024
  expect((await write([Buffer.alloc(9 * mib), Buffer.alloc(4096, 1)], { dataBytes: 4096 })).written).toBe(4096)
  expect(await refusal(write([Buffer.alloc(3 * mib, 1)], { dataBytes: mib }))).toBe('archive-too-large')
  expect(await refusal(write([Buffer.alloc(3 * mib, 1)], { freeBytes: mib }))).toBe('no-space')
  expect(await refusal(write([Buffer.alloc(3 * mib)], { length: mib }))).toBe('file-too-large')
  expect(await refusal(write([Buffer.alloc(3 * mib)], { freeBytes: mib, keepsHoles: false }))).toBe('no-space')
})

test('a full disk is told of by the folder, with what is free there and what has to stay so', async () => {
  const mib = 1024 * 1024
  const work = write([Buffer.alloc(3 * mib, 1)], { folder: '/chosen', freeBytes: 2 * mib, reserveBytes: mib })
  const details = { folder: '/chosen', neededBytes: 3 * mib, freeBytes: 2 * mib }
  await expect(work).rejects.toMatchObject({ code: 'no-space', data: { details } })
})

test('on a small disk the most of what is free may be used; all of it where the length is known', async () => {
  const unknown = await limitsFor(folder, 1, null)
  expect(unknown.reserveBytes).toBe(Math.min(1024 ** 3, Math.floor(unknown.freeBytes / 10)))
  expect(await limitsFor(folder, 1, 4096)).toMatchObject({ dataBytes: 4096, reserveBytes: 0 })
})

test('runs of data lie between whole blocks of zeros', () => {
  const buffer = Buffer.alloc(5 * 4096)
  buffer[4096] = 1
  buffer[3 * 4096 - 1] = 1
  buffer[5 * 4096 - 1] = 1
  expect(dataRuns(buffer)).toEqual([
    { from: 4096, to: 3 * 4096 },
    { from: 4 * 4096, to: 5 * 4096 },
  ])
})

test('a disk that fails while the rest is on its way is told, also where others go on writing the file', async () => {
  const file = path.join(folder, 'failing')
  await fs.writeFile(file, '')
  const probe = await fs.open(file, 'r+')
  const handles = Object.getPrototypeOf(probe) as { datasync(): Promise<void> }
  await probe.close()
  // No disk here fails when asked to.
  const failing = vi.spyOn(handles, 'datasync').mockRejectedValue(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
  const out = await SparseFile.open(file, LIMITS)
  try {
    const work = (async () => {
      for (let mebibytes = 0; mebibytes < 33; mebibytes += 1) await out.write(Buffer.alloc(1024 ** 2, 1))
      await out.settle()
    })()
    await expect(work).rejects.toThrow('EIO')
    expect(failing).toHaveBeenCalledOnce()
  } finally {
    failing.mockRestore()
    await out.close()
  }
})
