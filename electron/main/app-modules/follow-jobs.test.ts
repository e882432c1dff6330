import { expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { sampleJob } from '#shared/jobs/testing/sample-job'
import { noticeOf } from './job-notice.js'
import { mustStayAwake } from './stay-awake.js'
import { taskbarProgress } from './taskbar-progress.js'

const START = '2026-01-01T00:00:00.000Z'
const LATER = '2026-01-01T00:00:21.000Z'

const job = (change: Partial<Job> = {}): Job => sampleJob({ state: 'running', createdAt: START, startedAt: START, ...change })
const member = (index: number, change: Partial<Job> = {}) =>
  job({ id: `m${index}`, batch: { id: 'b', title: 'a.qcow2 for three platforms', index, count: 3 }, endedAt: START, ...change })

test('the end of long work is told, not that of short work or of what the user cancelled', () => {
  const long = job({ state: 'succeeded', endedAt: LATER })
  expect(noticeOf(long, [long])).toEqual({ title: 'Job succeeded', body: 'Convert a.qcow2 to VMDK' })
  expect(noticeOf({ ...long, state: 'failed' }, [])).toEqual({ title: 'Job failed', body: 'Convert a.qcow2 to VMDK' })
  expect(noticeOf({ ...long, state: 'cancelled' }, [])).toBeNull()
  expect(noticeOf({ ...long, endedAt: START }, [])).toBeNull()
  expect(noticeOf(job(), [])).toBeNull()
})

test('a batch is told of once, when nothing of it goes on', () => {
  const [one, two] = [member(0, { state: 'succeeded' }), member(1, { state: 'failed' })]
  expect(noticeOf(two, [one, two, member(2, { endedAt: null })])).toBeNull()
  const last = member(2, { state: 'cancelled' })
  expect(noticeOf(last, [one, two, last])).toEqual({
    title: 'Batch ended with failures',
    body: 'a.qcow2 for three platforms: 1 succeeded, 1 failed, 1 cancelled',
  })
  expect(noticeOf(one, [one, member(1, { state: 'succeeded' })])).toEqual({
    title: 'Batch succeeded',
    body: 'a.qcow2 for three platforms: 2 succeeded',
  })
  expect(noticeOf(last, [one, last])).toBeNull()
})

test('the taskbar shows the share of the work at hand, and what is wrong with it', () => {
  expect(taskbarProgress([])).toEqual({ value: -1, mode: 'none' })
  expect(taskbarProgress([job({ state: 'failed' })])).toEqual({ value: -1, mode: 'none' })
  expect(taskbarProgress([job()])).toEqual({ value: 2, mode: 'indeterminate' })
  expect(taskbarProgress([job({ progress: 0.25 })])).toEqual({ value: 0.25, mode: 'normal' })
  expect(taskbarProgress([job({ progress: 0.25, paused: true })])).toEqual({ value: 0.25, mode: 'paused' })
  expect(taskbarProgress([member(0, { state: 'failed' }), member(1, { progress: 0.5, endedAt: null })])).toEqual({
    value: 0.75,
    mode: 'error',
  })
})

test('the machine stays awake for what is worked on alone', () => {
  expect(mustStayAwake([job()])).toBe(true)
  expect(mustStayAwake([job({ state: 'cancelling' })])).toBe(true)
  expect(mustStayAwake([job({ paused: true }), job({ state: 'queued' }), job({ state: 'succeeded' })])).toBe(false)
  expect(mustStayAwake([job({ paused: true }), job()])).toBe(true)
})
