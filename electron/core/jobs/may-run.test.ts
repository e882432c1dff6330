import { expect, test } from 'vitest'
import type { LockMode } from './lock-files.js'
import { type JobNeeds, limitsOf, mayRun, waitingWords } from './may-run.js'

const SSD = { id: 'nvme0n1', rotational: false }
const HDD = { id: 'sda', rotational: true }
const LIMITS = { jobs: 4, perDisk: 2 }

function job(title: string, change: Partial<Omit<JobNeeds, 'locks'>> & { locks?: Record<string, LockMode> } = {}): JobNeeds {
  const { locks = {}, ...rest } = change
  return { title, paused: false, disks: [SSD], ...rest, locks: new Map(Object.entries(locks)) }
}

test('two jobs write to a solid-state disk, one to a turning one', () => {
  expect(mayRun(job('b'), [job('a')], [], LIMITS)).toEqual({ run: true })
  expect(mayRun(job('c'), [job('a'), job('b')], [], LIMITS)).toEqual({ run: false, why: 'disk' })
  expect(mayRun(job('b', { disks: [HDD] }), [job('a', { disks: [HDD] })], [], LIMITS)).toEqual({ run: false, why: 'disk' })
})

test('jobs on other disks run beside them', () => {
  const busy = [job('a', { disks: [HDD] }), job('b'), job('c')]
  expect(mayRun(job('d', { disks: [{ id: 'sdb', rotational: true }] }), busy, [], LIMITS)).toEqual({ run: true })
  expect(mayRun(job('d', { disks: [{ id: 'sdb', rotational: true }, SSD] }), busy, [], LIMITS)).toEqual({ run: false, why: 'disk' })
  expect(mayRun(job('d', { disks: [] }), busy, [], LIMITS)).toEqual({ run: true })
  expect(mayRun(job('d', { disks: [] }), busy, [], { jobs: 3, perDisk: 2 })).toEqual({ run: false, why: 'jobs' })
})

test('one writer or many readers of a file; a job that waits for one is not overtaken for it', () => {
  const reader = job('reader', { locks: { image: 'read' } })
  const writer = job('writer', { locks: { image: 'write' } })
  expect(mayRun(job('other', { locks: { image: 'read' } }), [reader], [], LIMITS)).toEqual({ run: true })
  expect(mayRun(writer, [reader], [], LIMITS)).toEqual({ run: false, why: 'lock', holder: 'reader' })
  expect(mayRun(job('late', { locks: { image: 'read' } }), [reader], [writer], LIMITS)).toEqual({
    run: false,
    why: 'lock',
    holder: 'writer',
  })
})

test('what is paused keeps its files while it runs, and nothing at all before', () => {
  const still = job('still', { paused: true, locks: { image: 'write' } })
  expect(mayRun(still, [], [], LIMITS)).toEqual({ run: false, why: 'paused' })
  expect(mayRun(job('a', { locks: { image: 'read' } }), [], [still], LIMITS)).toEqual({ run: true })
  expect(mayRun(job('a', { locks: { image: 'read' } }), [still], [], LIMITS)).toMatchObject({ why: 'lock' })
  const stopped = [1, 2, 3, 4].map((number) => job(`still ${number}`, { paused: true }))
  expect(mayRun(job('a'), stopped, [], LIMITS)).toEqual({ run: true })
})

test('limits follow the cores, or the user', () => {
  expect([1, 2, 3, 16].map((cores) => limitsOf('auto', cores).jobs)).toEqual([2, 2, 3, 4])
  expect(limitsOf('auto', 16).perDisk).toBe(2)
  expect(limitsOf(1, 16)).toEqual({ jobs: 1, perDisk: 2 })
  expect(limitsOf(6, 2)).toEqual({ jobs: 6, perDisk: 6 })
})

test('who waits says why', () => {
  expect(
    [
      { run: true } as const,
      { run: false, why: 'paused' } as const,
      { run: false, why: 'disk' } as const,
      { run: false, why: 'jobs' } as const,
      { run: false, why: 'lock', holder: 'Convert a' } as const,
    ].map(waitingWords),
  ).toEqual(['', 'Paused', 'Waiting for the disk', 'Waiting for another job to end', 'Waiting for: Convert a'])
})
