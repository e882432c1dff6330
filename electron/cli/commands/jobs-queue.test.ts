import { expect, test, vi } from 'vitest'
import type { Core, JobsApi } from '#core/core-api'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { sampleJob } from '#shared/jobs/testing/sample-job'
import { movedPositions } from '#shared/jobs/job-order'
import { runCli } from '../run-cli.js'

const OWNER = { pid: 4, startTicks: '1' }

const job = (id: string, change: Partial<Job> = {}): Job =>
  sampleJob({ id, title: `Convert ${id}`, createdAt: '2025-01-01T00:00:00Z', owner: OWNER, ...change })
const inBatch = (index: number) => ({ id: 'batch', title: 'Two', index, count: 2 })

/** The queue of another process, which does what it is asked a moment later. */
function otherProcess(...first: Job[]) {
  let jobs = first
  const soon = (change: (job: Job) => Job) => setTimeout(() => (jobs = jobs.map(change)), 5)
  const get = (id: string) => {
    const found = jobs.find((each) => each.id === id)
    if (!found) throw new Error(`no job ${id}`)
    return found
  }
  const setPaused = (paused: boolean) => (ids: readonly string[]) =>
    void soon((each) => (ids.includes(each.id) ? { ...each, paused } : each))
  const api: Partial<JobsApi> = {
    list: () => jobs,
    get,
    pause: vi.fn(setPaused(true)),
    resume: vi.fn(setPaused(false)),
    move: vi.fn((id: string, before: string | null) => {
      const moved = movedPositions(jobs, id, before)
      soon((each) => ({ ...each, position: moved.get(each.id) ?? each.position ?? 0 }))
    }),
    retryFailed: vi.fn(() => [job('new1'), job('new2')]),
    retry: vi.fn(() => job('new1')),
    wait: async (id) => job(id, id === 'new2' ? { state: 'failed', error: new AppError('image-empty').data } : { state: 'succeeded' }),
    cancel: vi.fn<(id: string) => void>(),
  }
  return api
}

async function run(api: Partial<JobsApi>, ...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const sink = (lines: string[]) => ({ isTTY: false, write: (data: string | Uint8Array) => void lines.push(Buffer.from(data).toString()) })
  const code = await runCli(args, {
    version: '9.9',
    stdout: sink(out),
    stderr: sink(err),
    signal: new AbortController().signal,
    openCore: async () => ({ folderProblems: [], close: async () => {}, jobs: api }) as unknown as Core,
  })
  return { code, out: out.join(''), err: err.join('') }
}

test('the list tells why a job waits and to which batch it belongs', async () => {
  const api = otherProcess(
    job('c', { message: 'Waiting for the disk', batch: inBatch(1) }),
    job('b', { state: 'running', paused: true, batch: inBatch(0) }),
    job('a', { state: 'succeeded' }),
  )
  const { out } = await run(api, 'jobs', 'list')
  expect(out.split('\n').map((line) => line.trimEnd().split(/ {2,}/))).toEqual([
    ['Job', 'State', 'Done', 'Took', 'Batch', 'Title'],
    ['c', 'queued: waiting for the disk', 'batch 2/2', 'Convert c'],
    ['b', 'running: paused', 'batch 1/2', 'Convert b'],
    ['a', 'succeeded', 'Convert a'],
    [''],
  ])
})

test('jobs are paused and resumed by their names, by their batch, or all; the answer waits until it is so', async () => {
  const api = otherProcess(job('a'), job('b', { batch: inBatch(0) }), job('c', { batch: inBatch(1) }), job('d', { state: 'failed' }))
  expect(await run(api, 'jobs', 'pause', 'batch')).toEqual({ code: 0, out: 'Convert b: paused\nConvert c: paused\n', err: '' })
  expect(await run(api, 'jobs', 'resume', 'b')).toEqual({ code: 0, out: 'Convert b: queued\n', err: '' })
  expect((await run(api, 'jobs', 'pause', '--all')).out).toBe('Convert a: paused\nConvert b: paused\nConvert c: paused\n')
  expect((await run(api, 'jobs', 'pause')).code).toBe(2)
  expect((await run(api, 'jobs', 'pause', 'd')).err).toContain('Job d has ended already')
})

test('a queued job is moved, and the queue is shown as it then is', async () => {
  const api = otherProcess(job('a', { position: 1 }), job('b', { position: 2 }), job('c', { position: 3 }))
  expect((await run(api, 'jobs', 'move', 'c', '--first')).out).toBe('1. c  Convert c\n2. a  Convert a\n3. b  Convert b\n')
  expect((await run(api, 'jobs', 'move', 'c', '--last')).out).toBe('1. a  Convert a\n2. b  Convert b\n3. c  Convert c\n')
  expect((await run(api, 'jobs', 'move', 'c', '--before', 'b')).out).toBe('1. a  Convert a\n2. c  Convert c\n3. b  Convert b\n')
  expect((await run(api, 'jobs', 'move', 'a', '--first')).out).toBe('1. a  Convert a\n2. c  Convert c\n3. b  Convert b\n')
  expect((await run(api, 'jobs', 'move', 'c')).code).toBe(2)
  expect((await run(api, 'jobs', 'move', 'c', '--first', '--last')).code).toBe(2)
})

test('a job or what failed of a batch is run again, to its end', async () => {
  const api = otherProcess(job('a', { state: 'failed' }), job('b', { state: 'interrupted', batch: inBatch(0) }), job('c'))
  expect(await run(api, 'jobs', 'retry', 'a')).toMatchObject({ code: 0, out: 'Convert new1: succeeded\n' })
  expect(await run(api, 'jobs', 'retry', 'batch')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^Convert new1: succeeded\nConvert new2: failed\n {2}The file is empty\. .*\n$/),
  })
  expect((await run(api, 'jobs', 'retry', 'c')).err).toContain('Job c has not ended yet')
  const done = otherProcess(job('b', { state: 'succeeded', batch: inBatch(0) }))
  expect((await run(done, 'jobs', 'retry', 'batch')).err).toContain('Nothing of batch batch is left')
})
