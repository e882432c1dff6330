import { AppError, type ErrorCode } from '#shared/errors/app-error'
import { expect, test } from 'vitest'
import { retry, type RetryPolicy } from './retry.js'

const POLICY: RetryPolicy = { attempts: 4, firstDelayMs: 2, maxDelayMs: 5 }

function failing(codes: readonly ErrorCode[], details: Record<string, number> = {}): () => Promise<string> {
  let calls = 0
  return async () => {
    const code = codes[calls++]
    if (code !== undefined) throw new AppError(code, { details })
    return `after ${calls}`
  }
}

test('what may pass is tried again, each time after twice the wait, up to the longest', async () => {
  const waits: number[] = []
  const work = failing(['cloud-busy', 'cloud-unreachable', 'cloud-failed'])
  const options = {
    policy: POLICY,
    signal: undefined,
    random: () => 1,
    onRetry: (_: AppError, __: number, delayMs: number) => void waits.push(delayMs),
  }
  expect(await retry(work, options)).toBe('after 4')
  expect(waits).toEqual([2, 4, 5])
})

test('chance shortens a wait by a half at most', async () => {
  const waits: number[] = []
  const options = {
    policy: POLICY,
    signal: undefined,
    random: () => 0,
    onRetry: (_: AppError, __: number, delayMs: number) => void waits.push(delayMs),
  }
  await retry(failing(['cloud-busy', 'cloud-busy']), options)
  expect(waits).toEqual([1, 2])
})

test('the last error is thrown when all tries are used up', async () => {
  const work = failing(['cloud-busy', 'cloud-busy', 'cloud-failed', 'cloud-unreachable'])
  await expect(retry(work, { policy: POLICY, signal: undefined })).rejects.toMatchObject({ code: 'cloud-unreachable' })
})

test.for(['cloud-denied', 'cloud-quota', 'cloud-conflict', 'sign-in-expired', 'upload-mismatch', 'image-changed', 'internal'] as const)(
  '%s is told at once',
  async (code) => {
    let calls = 0
    const work = async (): Promise<never> => {
      calls++
      throw new AppError(code)
    }
    await expect(retry(work, { policy: POLICY, signal: undefined })).rejects.toMatchObject({ code })
    expect(calls).toBe(1)
  },
)

test('a wait that the provider asks for is obeyed, up to five minutes', async () => {
  const waits: number[] = []
  const stop = new AbortController()
  const options = {
    policy: POLICY,
    signal: stop.signal,
    onRetry: (_: AppError, __: number, delayMs: number) => {
      waits.push(delayMs)
      stop.abort()
    },
  }
  await expect(retry(failing(['cloud-busy'], { retryAfter: 3600 }), options)).rejects.toMatchObject({ code: 'cancelled' })
  expect(waits).toEqual([300_000])
})

test('a cancellation ends it during the work, and before it', async () => {
  const stop = new AbortController()
  const work = async (): Promise<never> => {
    stop.abort()
    throw new AppError('cloud-unreachable')
  }
  await expect(retry(work, { policy: POLICY, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' })
  await expect(retry(async () => 'never', { policy: POLICY, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' })
})
