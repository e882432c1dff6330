import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Core } from '#core/core-api'
import type { Job } from '#shared/jobs/job'
import { sampleJob } from '#shared/jobs/testing/sample-job'
import { endOnSignal } from './end-on-signal.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const withJobs = (...jobs: Job[]) => ({ jobs: { list: () => jobs } }) as unknown as Core
const own = (state: Job['state']) => sampleJob({ id: 'a', state, owner: { pid: process.pid, startTicks: '1' } })
const never = new Promise<string>(() => {})

test('work that does not heed the signal is left a moment after it', async () => {
  const controller = new AbortController()
  const ended = endOnSignal(never, withJobs(own('succeeded')), controller.signal).catch((thrown: unknown) => thrown)
  controller.abort()
  await vi.runAllTimersAsync()
  expect(await ended).toMatchObject({ code: 'cancelled' })
})

test('a job of this process is waited for, whatever time its clean-up takes', async () => {
  const controller = new AbortController()
  let resolve: ((text: string) => void) | undefined
  const promise = new Promise<string>((done) => {
    resolve = done
  })
  const jobs = [own('cancelling'), sampleJob({ id: 'b', state: 'running', owner: { pid: 1, startTicks: '1' } })]
  const ended = endOnSignal(promise, withJobs(...jobs), controller.signal)
  controller.abort()
  await vi.advanceTimersByTimeAsync(60_000)
  resolve?.('cleaned up')
  expect(await ended).toBe('cleaned up')
  expect(vi.getTimerCount()).toBe(0)
})

test('what ends by itself keeps its own answer, and leaves no timer', async () => {
  const controller = new AbortController()
  controller.abort()
  expect(await endOnSignal(Promise.resolve('done'), withJobs(), controller.signal)).toBe('done')
  expect(vi.getTimerCount()).toBe(0)
})
