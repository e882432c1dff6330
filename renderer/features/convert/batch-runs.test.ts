import { expect, test } from 'vitest'
import { batchRun, runningBatch } from './batch-runs.js'
import { sampleJob } from './testing/samples.js'

const jobs = [
  sampleJob(0, '/images/a.qcow2', 'virtualbox-vdi', { state: 'succeeded' }),
  sampleJob(1, '/images/a.qcow2', 'azure-vhd', { state: 'failed' }),
  sampleJob(2, '/images/b.qcow2', 'azure-vhd'),
  sampleJob(3, '/images/c.qcow2', 'aws-raw', { batch: { id: 'b2', title: 'Other', index: 0, count: 1 } }),
  sampleJob(4, '/images/d.qcow2', 'aws-raw', { batch: null }),
]

test('the jobs of a batch form the table that they were set up in', () => {
  const run = batchRun(jobs.toReversed(), 'b1')
  expect(run?.sources.map(({ name }) => name)).toEqual(['a.qcow2', 'b.qcow2'])
  expect(run?.artifacts).toEqual(['virtualbox-vdi', 'azure-vhd'])
  const [first, second] = run?.sources.map(({ key }) => key) ?? []
  expect(run?.at(first ?? '', 'azure-vhd')?.id).toBe('job-1')
  expect(run?.at(second ?? '', 'virtualbox-vdi')).toBeUndefined()
})

test('what was tried again stands for what failed', () => {
  const again = sampleJob(1, '/images/a.qcow2', 'azure-vhd', { id: 'again', createdAt: '2026-01-01T12:05:00.000Z' })
  const run = batchRun([...jobs, again], 'b1')
  expect(run?.at(run.sources[0]?.key ?? '', 'azure-vhd')?.id).toBe('again')
  expect(run?.jobs).toHaveLength(3)
})

test('states and disks of one file are rows of their own', () => {
  const of = (index: number, more: object) => {
    const job = sampleJob(index, '/images/a.ova', 'azure-vhd')
    return { ...job, input: { ...(job.input as object), ...more } }
  }
  const run = batchRun([of(0, { member: 'one.vmdk' }), of(1, { member: 'two.vmdk' }), of(2, { snapshot: '4' })], 'b1')
  expect(run?.sources.map(({ detail }) => detail)).toEqual(['one.vmdk', 'two.vmdk', 'snapshot 4'])
})

test('a batch whose jobs are forgotten has no table; the one that runs is found', () => {
  expect(batchRun(jobs, 'gone')).toBeNull()
  expect(runningBatch(jobs)).toBe('b1')
  expect(runningBatch(jobs.filter(({ state }) => state !== 'queued'))).toBeNull()
})
