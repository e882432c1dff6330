import { expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { announcement, durationWords, matchesFilter, progressWords, traySummary, trayJob } from './job-words.js'

function job(change: Partial<Job>): Job {
  return {
    id: 'a',
    kind: 'convert-image',
    title: 'Convert boot.qcow2 to VMDK',
    input: {},
    state: 'running',
    steps: [],
    progress: null,
    rate: null,
    secondsLeft: null,
    message: '',
    commands: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    endedAt: null,
    output: null,
    error: null,
    owner: null,
    ...change,
  }
}

test('only what was measured is said', () => {
  expect(progressWords(job({ progress: 0.625, rate: 412e6, secondsLeft: 4 }))).toBe('62 % · 412 MB/s · 4 s left')
  expect(progressWords(job({ progress: 0.1 }))).toBe('10 %')
  expect(progressWords(job({}))).toBe('working')
  expect(progressWords(job({ state: 'queued' }))).toBe('waiting')
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
