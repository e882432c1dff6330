import { expect, onTestFinished, test, vi } from 'vitest'
import { pollUntil, type PollOptions } from './poll-until.js'

const options = (changes: Partial<PollOptions> = {}): PollOptions => ({
  signal: new AbortController().signal,
  pausePoint: async () => {},
  firstMs: 1,
  maxMs: 2,
  timeoutMs: 60_000,
  what: 'The import',
  service: 'Glance',
  ...changes,
})

test('it looks until there is something', async () => {
  let looks = 0
  expect(await pollUntil(async () => (++looks === 4 ? 'done' : null), options())).toBe('done')
})

test('what cannot get well is told at once', async () => {
  await expect(pollUntil(() => Promise.reject(new Error('gone')), options())).rejects.toThrow('gone')
})

test('it is given up with what was waited for', async () => {
  await expect(pollUntil(async () => null, options({ timeoutMs: -1 }))).rejects.toMatchObject({
    code: 'upload-incomplete',
    data: { details: { service: 'Glance', reason: expect.stringContaining('The import') as string } },
  })
})

test('a cancellation ends the wait', async () => {
  const stop = new AbortController()
  const look = async (): Promise<null> => {
    queueMicrotask(() => stop.abort())
    return null
  }
  await expect(pollUntil(look, options({ signal: stop.signal, firstMs: 600_000 }))).rejects.toMatchObject({ code: 'cancelled' })
})

test('the time of a pause does not count', async () => {
  let now = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => void vi.restoreAllMocks())
  let looks = 0
  const pausePoint = async (): Promise<void> => void (now += 3_600_000)
  expect(await pollUntil(async () => (++looks === 3 ? 'done' : null), options({ pausePoint }))).toBe('done')
})
