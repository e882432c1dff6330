import fs from 'node:fs'
import path from 'node:path'
import { expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { batchProgress } from '#shared/jobs/batch-progress'
import type { Job } from '#shared/jobs/job'
import type { JobContext } from '../operations/job-context.js'
import { convertRequest, makeStore } from './testing/job-fixture.js'
import { at, benchForEachTest, foldersOf, gate, OUTPUT, running, setup } from './testing/runner-bench.js'

benchForEachTest()

/** What goes wrong never comes true; a busy machine only takes longer. */
const PATIENCE = { timeout: 20_000 }
const named = (names: readonly string[]) => names.map((name) => convertRequest(at('a'), at(name)))
const idOf = (job: Job | undefined) => job?.id ?? ''

/** A runner of one job at a time; the first holds the place until `pass`. */
async function oneAtATime() {
  const { pass, until } = gate()
  const begun: string[] = []
  const made = await setup(
    async (input, job) => {
      begun.push(path.basename(input.output))
      if (path.basename(input.output) === 'first') await until(job)
      return OUTPUT
    },
    {},
    { maxJobs: () => 1 },
  )
  const first = made.runner.start(convertRequest(at('a'), at('first')))
  await running(made.runner, first.id)
  return { ...made, pass, begun, first }
}

test('jobs begin in the order of the queue, which moving changes', async () => {
  const { runner, pass, begun } = await oneAtATime()
  const [one, two, three] = runner.startAll(named(['one', 'two', 'three']), { title: 'Three' })
  runner.move(idOf(three), idOf(one))
  runner.move(idOf(one), null)
  expect(runner.list().map((job) => path.basename((job.input as { output: string }).output))).toEqual(['one', 'two', 'three', 'first'])
  expect(
    makeStore(foldersOf().dirs.state)
      .list()
      .map((job) => job.id),
  ).toEqual(runner.list().map((job) => job.id))
  pass()
  await Promise.all([one, two, three].map((job) => runner.wait(idOf(job))))
  expect(begun).toEqual(['first', 'three', 'two', 'one'])
  expect(() => runner.move(idOf(two), null)).toThrow(expect.objectContaining({ code: 'bad-input' }))
})

test('a queued job that is held lets the others by, and says so; resumed, it begins', async () => {
  const { runner, pass, begun } = await oneAtATime()
  const [held, other] = runner.startAll(named(['held', 'other']), { title: 'Two' })
  runner.pause([idOf(held)])
  expect(runner.get(idOf(held))).toMatchObject({ state: 'queued', paused: true, message: 'Paused' })
  await vi.waitFor(() => expect(runner.get(idOf(other)).message).toBe('Waiting for another job to end'), PATIENCE)
  pass()
  expect((await runner.wait(idOf(other))).state).toBe('succeeded')
  expect(runner.get(idOf(held)).state).toBe('queued')
  runner.resume([idOf(held)])
  expect(await runner.wait(idOf(held))).toMatchObject({ state: 'succeeded', paused: false })
  expect(begun).toEqual(['first', 'other', 'held'])
})

test('who waits for the disk says so; other disks go on', async () => {
  const { pass, until } = gate()
  const { runner } = await setup(
    async (_input, job) => until(job).then(() => OUTPUT),
    {},
    { maxJobs: () => 4, disksOf: async ([file = '']) => [{ id: file.endsWith('usb') ? 'sdb' : 'sda', rotational: true }] },
  )
  const [one, two, three] = runner.startAll(named(['one', 'two', 'three.usb']), { title: 'Two disks' })
  await running(runner, idOf(one))
  await running(runner, idOf(three))
  expect(runner.get(idOf(two))).toMatchObject({ state: 'queued', message: 'Waiting for the disk' })
  pass()
  expect((await runner.wait(idOf(two))).state).toBe('succeeded')
})

test('a paused job stands still at its next step or chunk, without a rate; its clock stands too', async () => {
  let now = 0
  const chunk = gate()
  const seen: string[] = []
  let context: JobContext | undefined
  const { runner } = await setup(
    async (_input, job) => {
      context = job
      await job.step('write', async (step) => {
        step.bytes(0, 1000)
        now = 2
        step.bytes(100, 1000)
        await chunk.until(job)
        await job.pausePoint()
        seen.push('chunk')
        now += 2
        step.bytes(300, 1000)
      })
      await job.step('verify', async () => void seen.push('verify'))
      return OUTPUT
    },
    {},
    { now: () => now },
  )
  const { id } = runner.start(convertRequest(at('a'), at('out')))
  await vi.waitFor(() => expect(runner.get(id).rate).toBe(50), PATIENCE)
  runner.pause([id])
  expect(runner.get(id)).toMatchObject({ state: 'running', paused: true, rate: null, secondsLeft: null, message: 'Paused' })
  expect(makeStore(foldersOf().dirs.state).get(id)).toMatchObject({ state: 'running', paused: true })
  chunk.pass()
  await context?.host.run('sh', ['-c', 'true'])
  expect(seen).toEqual([])
  now += 100
  runner.resume([id])
  const ended = await runner.wait(id)
  expect(seen).toEqual(['chunk', 'verify'])
  expect(ended).toMatchObject({ state: 'succeeded', paused: false, pausedSeconds: 100 })
  expect(ended.steps[0]?.seconds).toBe(4)
})

test('a paused job can be cancelled, and does not keep the program from ending', async () => {
  const { runner } = await setup(async (_input, job) => {
    await job.step('write', async () => {
      job.message('begun')
      for (;;) {
        await job.pausePoint()
        await new Promise((resolve) => setImmediate(resolve))
        if (job.signal.aborted) throw new AppError('cancelled')
      }
    })
    return OUTPUT
  })
  const one = runner.start(convertRequest(at('a'), at('one')))
  const two = runner.start(convertRequest(at('b'), at('two')))
  const three = runner.start(convertRequest(at('c'), at('three')))
  await vi.waitFor(() => expect([one, two].map(({ id }) => runner.get(id).message)).toEqual(['begun', 'begun']), PATIENCE)
  runner.pause([one.id, two.id, three.id])
  runner.cancel(one.id)
  expect(await runner.wait(one.id)).toMatchObject({ state: 'cancelled', paused: false })
  await runner.close()
  expect([two, three].map(({ id }) => runner.get(id))).toMatchObject([
    { state: 'cancelled', paused: false },
    { state: 'cancelled', paused: false },
  ])
})

test('a paused job keeps its files, but lets another one have its place', async () => {
  const { pass, until } = gate()
  const { runner } = await setup(
    async (input, job) => (input.source === at('a') ? until(job).then(() => OUTPUT) : OUTPUT),
    {},
    { maxJobs: () => 1 },
  )
  const still = runner.start(convertRequest(at('a'), at('out')))
  await running(runner, still.id)
  const other = runner.start(convertRequest(at('b'), at('other')))
  const same = runner.start(convertRequest(at('c'), at('out')))
  runner.pause([still.id])
  expect((await runner.wait(other.id)).state).toBe('succeeded')
  expect(runner.get(same.id)).toMatchObject({ state: 'queued', message: 'Waiting for: Convert a' })
  pass()
  runner.resume([still.id])
  expect((await runner.wait(same.id)).state).toBe('succeeded')
})

test('what failed or was cancelled of a batch is tried again, once, in its places', async () => {
  let works = false
  const { pass, until } = gate()
  const { runner } = await setup(async (input, job) => {
    if (works || input.output.endsWith('good')) return OUTPUT
    if (input.output.endsWith('bad')) throw new AppError('tool-failed')
    return until(job).then(() => OUTPUT)
  })
  const jobs = runner.startAll(named(['good', 'bad', 'long', 'longer']), { title: 'Four' })
  const batch = jobs[0]?.batch?.id ?? ''
  const all = () => runner.list().filter((job) => job.batch?.id === batch)
  await running(runner, idOf(jobs[2]))
  runner.cancelBatch(batch)
  const ended = await Promise.all(jobs.map((job) => runner.wait(job.id)))
  expect(ended.map((job) => job.state)).toEqual(['succeeded', 'failed', 'cancelled', 'cancelled'])
  expect(batchProgress(all())).toMatchObject({ total: 4, succeeded: 1, failed: 1, cancelled: 2, state: 'failed' })
  works = true
  pass()
  const again = runner.retryFailed(batch)
  expect(again.map((job) => job.batch?.index)).toEqual([1, 2, 3])
  await Promise.all(again.map((job) => runner.wait(job.id)))
  expect(batchProgress(all())).toMatchObject({ total: 4, succeeded: 4, state: 'succeeded' })
  expect(runner.retryFailed(batch)).toEqual([])
  for (const act of [runner.retryFailed, runner.cancelBatch]) {
    expect(() => act('unknown')).toThrow(expect.objectContaining({ code: 'job-not-found' }))
  }
})

test('another process pauses, resumes and moves', async () => {
  const { runner, pass, begun } = await oneAtATime()
  const [one, two] = runner.startAll(named(['one', 'two']), { title: 'Two' })
  const { runner: other } = await setup(async () => OUTPUT)
  other.pause([idOf(one)])
  await vi.waitFor(() => expect(runner.get(idOf(one)).paused).toBe(true), PATIENCE)
  await vi.waitFor(() => expect(other.get(idOf(one))).toMatchObject({ paused: true }), PATIENCE)
  other.resume([idOf(one)])
  other.move(idOf(two), idOf(one))
  await vi.waitFor(
    () =>
      expect(
        runner
          .list()
          .slice(0, 2)
          .map((job) => job.id),
      ).toEqual([idOf(one), idOf(two)]),
    PATIENCE,
  )
  await vi.waitFor(() => expect(runner.get(idOf(one)).paused).toBe(false), PATIENCE)
  pass()
  await Promise.all([one, two].map((job) => other.wait(idOf(job))))
  expect(begun).toEqual(['first', 'two', 'one'])
  expect(fs.readdirSync(path.join(foldersOf().dirs.state, 'jobs', idOf(one))).filter((name) => name.includes('request'))).toEqual([])
})

test('a change of the limit lets the next one begin', async () => {
  const { pass, until } = gate()
  let most = 1
  const { runner } = await setup(async (_input, job) => until(job).then(() => OUTPUT), {}, { maxJobs: () => most })
  const [one, two] = runner.startAll(named(['one', 'two']), { title: 'Two' })
  await running(runner, idOf(one))
  await vi.waitFor(() => expect(runner.get(idOf(two)).message).toBe('Waiting for another job to end'), PATIENCE)
  most = 2
  runner.refresh()
  await running(runner, idOf(two))
  pass()
  await Promise.all([one, two].map((job) => runner.wait(idOf(job))))
})
