import { constants, inflateRawSync, inflateSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { withDeflatePool } from './parallel-deflate.js'

vi.setConfig({ testTimeout: 120_000 })

test('each unit is a stream of its own, the last one may be short, and zeros become nothing', async () => {
  const data = new Uint8Array(250)
  data.fill(7, 0, 100)
  data.fill(9, 200)
  const { bytes, sizes } = await withDeflatePool({ kind: 'units', unitBytes: 100 }, { threads: 1 }, (pool) => pool.deflate(data))
  const [first = 0, empty, last = 0] = sizes
  expect([sizes.length, empty, first + last]).toEqual([3, 0, bytes.length])
  expect(inflateSync(bytes.subarray(0, first))).toEqual(Buffer.alloc(100, 7))
  expect(inflateSync(bytes.subarray(first))).toEqual(Buffer.alloc(50, 9))
  // Taken over: nobody can change it while a thread reads it.
  expect(data.length).toBe(0)
})

test('runs of many threads, joined in order, are one stream', async () => {
  const parts = Array.from({ length: 20 }, (_, index) => new Uint8Array(1000 + index).fill(index))
  const whole = Buffer.concat(parts)
  const runs = await withDeflatePool({ kind: 'flush' }, { threads: 3, level: 9 }, (pool) =>
    Promise.all(parts.map((part) => pool.deflate(part))),
  )
  const joined = Buffer.concat(runs.map(({ bytes }) => bytes))
  expect(inflateRawSync(joined, { finishFlush: constants.Z_SYNC_FLUSH }).equals(whole)).toBe(true)
})

test('a signal ends what is under way and lets nothing new begin', async () => {
  const controller = new AbortController()
  const started = withDeflatePool({ kind: 'flush' }, { threads: 1, signal: controller.signal }, async (pool) => {
    const underWay = pool.deflate(new Uint8Array(4 * 1024 ** 2))
    controller.abort()
    await expect(underWay).rejects.toMatchObject({ code: 'cancelled' })
    await expect(pool.deflate(new Uint8Array(1))).rejects.toMatchObject({ code: 'cancelled' })
    return 'over'
  })
  expect(await started).toBe('over')
  const late = withDeflatePool({ kind: 'flush' }, { signal: controller.signal }, async () => 'never')
  await expect(late).rejects.toMatchObject({ code: 'cancelled' })
})
