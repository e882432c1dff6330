import { expect, test } from 'vitest'
import { batchProgress, earlierAttempts, lastAttempts, retriable, workAtHand } from './batch-progress.js'
import type { Job } from './job.js'
import { sampleJob } from './testing/sample-job.js'

const START = '2026-01-01T00:00:00.000Z'
const after = (seconds: number) => new Date(Date.parse(START) + seconds * 1000).toISOString()
const at = (seconds: number) => Date.parse(START) + seconds * 1000

function job(index: number, change: Partial<Job> = {}): Job {
  const batch = { id: 'b', title: 'Two images for Azure', index, count: 4 }
  return sampleJob({ id: `job-${index}`, title: `Convert ${index}`, createdAt: START, batch, position: index, ...change })
}

test('counts, and the share of the whole by bytes', () => {
  const jobs = [
    job(0, { state: 'succeeded', weight: 300, startedAt: START, endedAt: after(3) }),
    job(1, { state: 'running', weight: 100, progress: 0.5, rate: 20, startedAt: START }),
    job(2, { state: 'running', weight: 100, progress: null, rate: 30, startedAt: START }),
    job(3),
  ]
  const { secondsLeft, ...rest } = batchProgress(jobs, at(4))
  // The one of unknown size weighs (300 + 100 + 100) / 3.
  expect(rest).toEqual({
    total: 4,
    succeeded: 1,
    failed: 0,
    cancelled: 0,
    running: 2,
    queued: 1,
    paused: 0,
    fraction: expect.closeTo(350 / (500 + 500 / 3), 10),
    rate: 50,
    state: 'running',
  })
  // 350 bytes in 3 + 4 + 4 job-seconds, by two at a time.
  expect(secondsLeft).toBeCloseTo(((500 + 500 / 3 - 350) * 11) / (350 * 2), 10)
})

test('without sizes every job weighs the same; nothing is told before something is known', () => {
  expect(batchProgress([job(0), job(1)])).toMatchObject({ fraction: null, rate: null, secondsLeft: null, state: 'waiting' })
  expect(batchProgress([job(0, { state: 'failed' }), job(1), job(2), job(3)]).fraction).toBe(0.25)
  expect(batchProgress([])).toMatchObject({ total: 0, fraction: null, state: 'succeeded' })
})

test('time that a job stood still is no part of its pace', () => {
  const running = { state: 'running', progress: 0.5, startedAt: START } as const
  expect(batchProgress([job(0, running)], at(10)).secondsLeft).toBe(10)
  expect(batchProgress([job(0, { ...running, pausedSeconds: 6 })], at(10)).secondsLeft).toBe(4)
  expect(batchProgress([job(0, running)], at(1)).secondsLeft).toBeNull()
})

test('paused is what stands still altogether', () => {
  const still = job(0, { state: 'running', paused: true, progress: 0.2, rate: 9 })
  expect(batchProgress([still, job(1, { paused: true })])).toMatchObject({ paused: 2, state: 'paused', rate: null, secondsLeft: null })
  expect(batchProgress([still, job(1)])).toMatchObject({ paused: 1, state: 'running' })
  expect(batchProgress([job(0, { paused: true, state: 'cancelled' })])).toMatchObject({ paused: 0, state: 'cancelled' })
})

test('the end is as good as its worst item; an item that was tried again counts by its last attempt', () => {
  const failed = job(1, { state: 'failed' })
  const jobs = [job(0, { state: 'succeeded' }), failed, job(2, { state: 'interrupted' }), job(3, { state: 'cancelled' })]
  expect(batchProgress(jobs)).toMatchObject({ failed: 2, cancelled: 1, fraction: 1, state: 'failed' })
  const again = job(1, { id: 'again', state: 'succeeded', createdAt: after(60), position: 60 })
  expect(batchProgress([...jobs, again])).toMatchObject({ total: 4, succeeded: 2, failed: 1 })
  expect(lastAttempts([again, ...jobs]).map(({ id }) => id)).toEqual(['job-0', 'job-2', 'job-3', 'again'])
  expect(earlierAttempts([again, ...jobs])).toEqual([failed])
  expect(retriable([again, ...jobs]).map(({ id }) => id)).toEqual(['job-2', 'job-3'])
  expect(batchProgress([job(0, { state: 'cancelled' }), job(1, { state: 'succeeded' })]).state).toBe('cancelled')
})

test('jobs without a batch all count', () => {
  const alone = (id: string) => job(0, { id, batch: null, state: 'running' })
  expect(batchProgress([alone('x'), alone('y')]).total).toBe(2)
})

test('the work at hand is what has not ended, and the batches of that', () => {
  const alone = (id: string, state: Job['state']) => job(0, { id, batch: null, state })
  const past = job(0, { id: 'past', state: 'failed', batch: { id: 'old', title: 'Old', index: 0, count: 1 } })
  const jobs = [job(0, { state: 'failed' }), job(1, { state: 'running' }), alone('x', 'queued'), alone('y', 'succeeded'), past]
  expect(workAtHand(jobs).map(({ id }) => id)).toEqual(['job-0', 'job-1', 'x'])
})
