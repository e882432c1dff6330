import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { promisedMemory } from './promised-memory.js'
import { jobRecord } from './testing/job-fixture.js'

const GIB = 1024 ** 3

function boot(id: string, startedAt: string | null, change: Partial<Job> = {}): Job {
  return jobRecord({ id, kind: 'test-boot', startedAt, steps: [], input: { machine: { memoryBytes: GIB } }, ...change })
}
const step = (id: string, state: 'waiting' | 'running') => ({ id, title: id, weight: 1, seconds: null, state })

test('a test is told what those that began before it were promised, and none is told of those that began after it', () => {
  const jobs = [
    boot('b', '2026-01-02'),
    boot('a', '2026-01-02'),
    boot('c', '2026-01-01', { steps: [step('judge', 'running'), step('keep', 'waiting')] }),
    boot('queued', null),
    boot('ended', '2026-01-01', { state: 'succeeded' }),
    boot('killed', '2026-01-01', { owner: { pid: 2 ** 22 + 1, startTicks: '1' } }),
    boot('kept', '2026-01-01', { steps: [step('keep', 'running')] }),
    jobRecord({ id: 'other', startedAt: '2026-01-01', input: { machine: { memoryBytes: GIB } } }),
  ]
  expect(['c', 'a', 'b'].map((id) => promisedMemory(jobs, id))).toEqual([0, GIB, 2 * GIB])
})

test('what a machine has taken already is not free any more, and is not counted again', async () => {
  const id = '20260101-000000-abcdef'
  const machine = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    env: { ...process.env, DISKWRIGHT_JOB: id },
  })
  try {
    await once(machine.stdout, 'data')
    const promised = promisedMemory([boot(id, '2026-01-01'), boot('z', '2026-01-02')], 'z')
    expect(promised).toBeGreaterThan(0)
    expect(promised).toBeLessThan(GIB - 10 * 1024 ** 2)
  } finally {
    machine.kill('SIGKILL')
  }
})
