import { AppError } from '#shared/errors/app-error'
import { expect, test } from 'vitest'
import { Concurrency, inParallel } from './parallel.js'

/** Work that ends when it is told to, so that no test waits for a time. */
function gates(): { open(item: number): void; wait(item: number): Promise<void>; readonly running: ReadonlySet<number> } {
  const running = new Set<number>()
  const ends = new Map<number, () => void>()
  return {
    running,
    open: (item) => ends.get(item)?.(),
    async wait(item) {
      running.add(item)
      await new Promise<void>((resolve) => ends.set(item, resolve))
      running.delete(item)
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('no more run at once than the limit says, in their order', async () => {
  const gate = gates()
  const work = inParallel([1, 2, 3, 4], (item) => gate.wait(item), {
    concurrency: new Concurrency(2),
    signal: new AbortController().signal,
  })
  await settled()
  expect([...gate.running]).toEqual([1, 2])
  gate.open(2)
  await settled()
  expect([...gate.running]).toEqual([1, 3])
  for (const item of [1, 3]) gate.open(item)
  await settled()
  gate.open(4)
  await work
  expect(gate.running.size).toBe(0)
})

test('the first error ends it: the others are told, waited for, and nothing new is begun', async () => {
  const begun: number[] = []
  let isTold = false
  const work = async (item: number, signal: AbortSignal): Promise<void> => {
    begun.push(item)
    if (item === 2) throw new AppError('cloud-denied')
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    isTold = true
    throw new AppError('cancelled')
  }
  const options = { concurrency: new Concurrency(2), signal: new AbortController().signal }
  await expect(inParallel([1, 2, 3], work, options)).rejects.toMatchObject({ code: 'cloud-denied' })
  expect([begun, isTold]).toEqual([[1, 2], true])
})

test('a cancellation is told to what runs', async () => {
  const stop = new AbortController()
  const work = async (_: number, signal: AbortSignal): Promise<void> => {
    queueMicrotask(() => stop.abort())
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  }
  await expect(inParallel([1, 2], work, { concurrency: new Concurrency(1), signal: stop.signal })).rejects.toMatchObject({
    code: 'cancelled',
  })
})

test('items that cannot be read end it like any error: what runs is waited for', async () => {
  const gate = gates()
  async function* items(): AsyncGenerator<number> {
    yield 1
    throw new AppError('image-damaged')
  }
  let isOver = false
  const work = inParallel(items(), (item) => gate.wait(item), { concurrency: new Concurrency(2), signal: new AbortController().signal })
  const ended = work.catch((thrown: unknown) => thrown).finally(() => (isOver = true))
  await settled()
  expect(isOver).toBe(false)
  gate.open(1)
  expect(await ended).toMatchObject({ code: 'image-damaged' })
})

test('while it is paused nothing is begun; a pause that ends in a cancellation waits for what runs', async () => {
  const gate = gates()
  let pauses = 0
  const pausePoint = async (): Promise<void> => {
    if (++pauses === 2) throw new AppError('cancelled')
  }
  const work = inParallel([1, 2], (item) => gate.wait(item), {
    concurrency: new Concurrency(2),
    signal: new AbortController().signal,
    pausePoint,
  })
  const ended = work.catch((thrown: unknown) => thrown)
  await settled()
  expect([...gate.running]).toEqual([1])
  gate.open(1)
  expect(await ended).toMatchObject({ code: 'cancelled' })
})

test('a busy provider halves it, once for all that was on its way; what goes well raises it again', () => {
  const concurrency = new Concurrency(8)
  const burst = Array.from({ length: 8 }, () => concurrency.begin())
  for (const number of burst) concurrency.slower(number)
  expect(concurrency.limit).toBe(4)
  concurrency.slower(concurrency.begin())
  concurrency.slower(concurrency.begin())
  concurrency.slower(concurrency.begin())
  expect(concurrency.limit).toBe(1)
  const other = new Concurrency(8)
  other.slower()
  other.slower()
  expect(other.limit).toBe(2)
  for (let good = 0; good < 2; good++) concurrency.wentWell()
  expect(concurrency.limit).toBe(2)
  for (let good = 0; good < 100; good++) concurrency.wentWell()
  expect(concurrency.limit).toBe(8)
})
