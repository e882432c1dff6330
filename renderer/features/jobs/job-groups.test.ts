import { expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { batchWords, dropBefore, groupJobs, queueMoves, superseded } from './job-groups.js'
import { sampleJob } from './testing/sample-jobs.js'

const batch = (id: string, index = 0) => ({ id, title: `Batch ${id}`, index, count: 3 })
const ids = (jobs: readonly Job[]) => jobs.map(({ id }) => id).join(' ')

test('what goes on comes first, in its order; what has ended after that, the last first', () => {
  const jobs = [
    sampleJob({ id: 'old', state: 'succeeded', position: 1 }),
    sampleJob({ id: 'new', state: 'failed', position: 2 }),
    sampleJob({ id: 'b2', state: 'queued', position: 8, batch: batch('B', 1) }),
    sampleJob({ id: 'b1', state: 'succeeded', position: 7, batch: batch('B') }),
    sampleJob({ id: 'run', state: 'running', position: 5 }),
  ]
  const groups = groupJobs(jobs, 'all')
  expect(groups.map(({ id }) => id)).toEqual(['run', 'B', 'new', 'old'])
  expect(groups.map(({ title }) => title)).toEqual([null, 'Batch B', null, null])
  expect(ids(groups[1]?.shown ?? [])).toBe('b1 b2')
  const active = groupJobs(jobs, 'active')
  expect(active.map(({ id, shown, all }) => [id, ids(shown), all.length])).toEqual([
    ['run', 'run', 1],
    ['B', 'b2', 2],
  ])
})

test('a queued job moves among those it was started with, and to the head of the queue', () => {
  const jobs = [
    sampleJob({ id: 'a1', state: 'queued', position: 1, batch: batch('A') }),
    sampleJob({ id: 'x', state: 'queued', position: 2 }),
    sampleJob({ id: 'a2', state: 'queued', position: 3, batch: batch('A', 1) }),
    sampleJob({ id: 'y', state: 'queued', position: 4 }),
    sampleJob({ id: 'a3', state: 'queued', position: 5, batch: batch('A', 2) }),
    sampleJob({ id: 'foreign', state: 'queued', position: 0, owner: { pid: 9, startTicks: '1' } }),
  ]
  const moves = (id: string) => queueMoves(jobs, jobs.find((job) => job.id === id) ?? sampleJob({}))
  expect(moves('a1')).toEqual({ sooner: undefined, later: 'y', next: undefined })
  expect(moves('a2')).toEqual({ sooner: 'a1', later: null, next: 'a1' })
  expect(moves('a3')).toEqual({ sooner: 'a2', later: undefined, next: 'a1' })
  expect(moves('x')).toEqual({ sooner: undefined, later: 'a3', next: 'a1' })
  expect(moves('foreign')).toEqual({ sooner: undefined, later: undefined, next: undefined })
  expect(queueMoves(jobs, sampleJob({ state: 'running' }))).toEqual({ sooner: undefined, later: undefined, next: undefined })
})

test('what is dropped on another one takes its place', () => {
  const jobs = ['a', 'b', 'c'].map((id, position) => sampleJob({ id, state: 'queued', position }))
  expect(dropBefore(jobs, 'a', 'b')).toBe('c')
  expect(dropBefore(jobs, 'a', 'c')).toBeNull()
  expect(dropBefore(jobs, 'c', 'a')).toBe('a')
})

test('a batch says how far it is, by the last attempt at each item', () => {
  const jobs = [
    sampleJob({ id: 'one', state: 'failed', batch: batch('A') }),
    sampleJob({ id: 'two', state: 'cancelled', batch: batch('A', 1) }),
    sampleJob({ id: 'three', state: 'running', batch: batch('A', 2) }),
  ]
  expect(batchWords(jobs)).toBe('0 of 3 done · 1 failed · 1 cancelled')
  const again = sampleJob({ id: 'again', state: 'succeeded', batch: batch('A'), position: 9, createdAt: '2026-02-01T00:00:00.000Z' })
  expect(batchWords([...jobs, again])).toBe('1 of 3 done · 1 cancelled')
  expect([...superseded([...jobs, again])]).toEqual(['one'])
})
