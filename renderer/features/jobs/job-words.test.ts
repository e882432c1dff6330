import { expect, test } from 'vitest'
import { batchProgress } from '#shared/jobs/batch-progress'
import { sampleJob } from './testing/sample-jobs.js'
import {
  announcement,
  batchAnnouncement,
  durationWords,
  endedBatch,
  matchesFilter,
  overallWords,
  progressWords,
  titleParts,
  trayBatch,
  traySummary,
  trayJob,
} from './job-words.js'

const job = sampleJob

test('only what was measured is said', () => {
  expect(progressWords(job({ progress: 0.625, rate: 412e6, secondsLeft: 4 }))).toBe('62 % · 412 MB/s · 4 s left')
  expect(progressWords(job({ progress: 0.1 }))).toBe('10 %')
  expect(progressWords(job({}))).toBe('working')
  expect(progressWords(job({ state: 'queued' }))).toBe('waiting')
  expect(progressWords(job({ state: 'queued', message: 'Waiting for the disk' }))).toBe('waiting for the disk')
  expect(progressWords(job({ progress: 0.625, paused: true }))).toBe('62 % · paused')
})

test('a screen reader hears quarters and the end', () => {
  expect(announcement(job({ progress: 0.26 }))).toBe(announcement(job({ progress: 0.49 })))
  expect(announcement(job({ progress: 0.51 }))).toContain('50 %')
  expect(announcement(job({ state: 'failed' }))).toContain('failed')
})

test('the tray prefers what runs, then what waits, then what ended last', () => {
  const old = job({ id: 'old', state: 'succeeded', endedAt: '2026-01-01T01:00:00Z' })
  const last = job({ id: 'last', state: 'failed', endedAt: '2026-01-01T02:00:00Z' })
  const queued = job({ id: 'queued', state: 'queued' })
  const running = job({ id: 'running' })
  expect(trayJob([])).toBeNull()
  expect(trayJob([last, old])?.id).toBe('last')
  expect(trayJob([queued, last, old])?.id).toBe('queued')
  expect(trayJob([queued, running, last])?.id).toBe('running')
  expect(traySummary([queued, running, last, { ...queued, id: 'q2' }])).toBe('1 running · 2 queued')
  expect(traySummary([last])).toBe('No job running')
})

test('interrupted jobs are found among the failed ones', () => {
  expect(matchesFilter(job({ state: 'interrupted' }), 'failed')).toBe(true)
  expect(matchesFilter(job({ state: 'cancelling' }), 'active')).toBe(true)
  expect(matchesFilter(job({ state: 'cancelled' }), 'failed')).toBe(false)
})

test('durations run on until the job ends', () => {
  expect(durationWords(job({}), Date.parse('2026-01-01T00:00:13Z'))).toBe('12 s')
  expect(durationWords(job({ endedAt: '2026-01-01T00:00:03.100Z' }), 0)).toBe('2.1 s')
  expect(durationWords(job({ startedAt: null }), 0)).toBe('')
})

test('time that a job stood still is no part of its duration', () => {
  expect(durationWords(job({ pausedSeconds: 4 }), Date.parse('2026-01-01T00:00:13Z'))).toBe('8.0 s')
})

test('the tray shows a batch as one, with what else goes on', () => {
  const batch = (index: number) => ({ id: 'b', title: 'Two for Azure', index, count: 2 })
  const done = job({ id: 'one', state: 'succeeded', batch: batch(0), endedAt: '2026-01-01T00:00:01Z' })
  const half = job({ id: 'two', progress: 0.5, batch: batch(1), rate: 1e6 })
  expect(trayBatch([done, half])).toEqual({ title: 'Two for Azure', jobs: [done, half] })
  expect(trayBatch([done, half, job({ id: 'alone' })])?.title).toBe('3 jobs')
  expect(trayBatch([done, job({ id: 'alone' })])).toBeNull()
  expect(batchAnnouncement({ title: 'Two for Azure', jobs: [done, half] })).toBe('Two for Azure: 75 %')
  expect(overallWords(batchProgress([done, half], Date.parse('2026-01-01T00:00:02Z')))).toBe('75 % · 1 MB/s')
  expect(overallWords(batchProgress([{ ...half, paused: true }]))).toBe('50 % · paused')
  expect(traySummary([half, { ...done, state: 'queued', paused: true }])).toBe('1 running · 1 paused')
})

test('a title is parted before what its image becomes', () => {
  expect(titleParts('Convert road to ruin.qcow2 to VirtualBox VDI')).toEqual(['Convert road to ruin.qcow2', ' to VirtualBox VDI'])
  expect(titleParts('Compare two images')).toEqual(['Compare two images', ''])
})

test('a batch that has ended is told as one; a job alone by itself', () => {
  const one = job({ id: 'one', state: 'succeeded', batch: { id: 'b', title: 'Two for Azure', index: 0, count: 2 } })
  const two = { ...one, id: 'two' }
  const alone = job({ id: 'alone', state: 'failed' })
  expect(endedBatch([one, alone, two], two)).toEqual({ title: 'Two for Azure', jobs: [one, two] })
  expect(endedBatch([one, alone, two], alone)).toBeNull()
})
