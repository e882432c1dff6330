import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import type { JobContext } from '../operations/job-context.js'
import { convertRequest, makeStore } from './testing/job-fixture.js'
import { at, benchForEachTest, foldersOf, gate, OUTPUT, running, setup } from './testing/runner-bench.js'

benchForEachTest()

test('a job goes from queued over running to succeeded; what stands on disk is the final record', async () => {
  const { runner, states, store } = await setup(async (_input, job) => {
    await job.step('write', async (step) => step.bytes(10, 10))
    job.skip('verify')
    return OUTPUT
  })
  const started = runner.start(convertRequest(at('a'), at('out')))
  expect(started).toMatchObject({ state: 'queued', title: 'Convert a', progress: null, owner: { pid: process.pid } })
  const ended = await runner.wait(started.id)
  expect(ended).toMatchObject({ state: 'succeeded', progress: 1, output: OUTPUT, error: null, rate: null, message: '' })
  expect(ended.steps.map((step) => step.state)).toEqual(['done', 'skipped'])
  expect(states).toEqual(['queued', 'running', 'succeeded'])
  expect(makeStore(foldersOf().dirs.state).get(started.id)).toEqual(ended)
  expect(started.state).toBe('queued')
  expect(store.openClaims(started.id)).toEqual([])
})

test('clean-ups run last one first, after success, failure and cancel; one that fails does not hide the error', async () => {
  for (const outcome of ['succeeded', 'failed', 'cancelled'] as const) {
    const order: string[] = []
    const { until } = gate()
    const { runner } = await setup(async (_input, job) => {
      job.defer(() => void order.push('first'))
      job.defer(() => Promise.reject(new Error('clean-up broke')))
      job.defer(async () => {
        await sleep(5)
        order.push('last')
      })
      if (outcome === 'failed') throw new AppError('verify-mismatch', { details: { path: '/x' } })
      if (outcome === 'cancelled') await until(job)
      return OUTPUT
    })
    const { id } = runner.start(convertRequest(at('a'), at('out')))
    const states: string[] = []
    runner.onChange((job) => states.push(job.state))
    if (outcome === 'cancelled') {
      await running(runner, id)
      runner.cancel(id)
    }
    const ended = await runner.wait(id)
    expect(states.includes('cancelling')).toBe(outcome === 'cancelled')
    expect(order).toEqual(['last', 'first'])
    expect(ended.state).toBe(outcome)
    expect(ended.error?.code).toBe({ succeeded: undefined, failed: 'verify-mismatch', cancelled: 'cancelled' }[outcome])
    expect(runner.log(id).lines.join('\n')).toContain('clean-up broke')
  }
})

test('what breaks because of a cancel is cancelled, not failed; what was finished all the same succeeded', async () => {
  const { until } = gate()
  const broken = await setup(async (_input, job) => {
    await until(job).catch(() => {
      throw new AppError('tool-failed')
    })
    return OUTPUT
  })
  const first = broken.runner.start(convertRequest(at('a'), at('o1')))
  await running(broken.runner, first.id)
  broken.runner.cancel(first.id)
  expect((await broken.runner.wait(first.id)).state).toBe('cancelled')

  const finished = await setup(async (_input, job) =>
    until(job)
      .catch(() => {})
      .then(() => OUTPUT),
  )
  const second = finished.runner.start(convertRequest(at('a'), at('o2')))
  await running(finished.runner, second.id)
  finished.runner.cancel(second.id)
  expect(await finished.runner.wait(second.id)).toMatchObject({ state: 'succeeded', output: OUTPUT })
})

test('errors of the system and of the program get a code; a failed step is marked', async () => {
  const failWith = async (error: unknown) => {
    const { runner } = await setup((_input, job) => job.step('write', () => Promise.reject(error)))
    return runner.wait(runner.start(convertRequest(at('a'), at('out'))).id)
  }
  const full = await failWith(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', path: '/x' }))
  expect(full).toMatchObject({ state: 'failed', error: { code: 'no-space' }, steps: [{ state: 'failed' }, { state: 'waiting' }] })
  expect(await failWith(new TypeError('x is undefined'))).toMatchObject({
    error: { code: 'internal', details: { message: 'x is undefined' } },
  })
})

test('two jobs run, the third waits for a slot; a queued job can be cancelled', async () => {
  const { pass, until } = gate()
  const { runner } = await setup(async (_input, job) => until(job).then(() => OUTPUT))
  const jobs = ['a', 'b', 'c', 'd'].map((name) => runner.start(convertRequest(at(name), at(`${name}.out`))))
  await vi.waitFor(() => expect(jobs.filter((job) => runner.get(job.id).state === 'running')).toHaveLength(2), { timeout: 20_000 })
  await sleep(50)
  const [third, fourth] = jobs.filter((job) => runner.get(job.id).state === 'queued') as [Job, Job]
  runner.cancel(third.id)
  expect(runner.get(third.id)).toMatchObject({ state: 'cancelled', startedAt: null, error: { code: 'cancelled' } })
  expect(runner.get(fourth.id).state).toBe('queued')
  pass()
  const ended = await Promise.all(jobs.map((job) => runner.wait(job.id)))
  expect(ended.filter((job) => job.state === 'succeeded')).toHaveLength(3)
  expect((await runner.wait(fourth.id)).state).toBe('succeeded')
})

test('a job that waits for a file keeps no other from running', async () => {
  const { pass, until } = gate()
  const { runner } = await setup(async (input, job) => (input.source === at('d') ? OUTPUT : until(job).then(() => OUTPUT)))
  const first = runner.start(convertRequest(at('a'), at('out')))
  await running(runner, first.id)
  const blocked = runner.start(convertRequest(at('b'), at('out')))
  await vi.waitFor(() => expect(runner.get(blocked.id).message).toBe('Waiting for: Convert a'), { timeout: 20_000 })
  const free = runner.start(convertRequest(at('d'), at('other')))
  expect((await runner.wait(free.id)).state).toBe('succeeded')
  expect(runner.get(blocked.id).state).toBe('queued')
  pass()
  expect((await runner.wait(blocked.id)).state).toBe('succeeded')
})

test('listeners hear progress at most ten times a second, and the last word always', async () => {
  const { runner } = await setup(async (_input, job) => {
    await job.step('write', async (step) => {
      for (let n = 0; n <= 400; n++) {
        step.bytes(n, 400)
        await sleep(1)
      }
    })
    return OUTPUT
  })
  const heard: Job[] = []
  runner.onChange((job) => heard.push(job))
  const begun = performance.now()
  const { id } = runner.start(convertRequest(at('a'), at('out')))
  await runner.wait(id)
  const tenths = (performance.now() - begun) / 100
  expect(heard.length).toBeLessThan(tenths + 6)
  expect(heard.length).toBeGreaterThan(3)
  expect(heard.at(-1)).toMatchObject({ state: 'succeeded', progress: 1 })
  const progress = heard.map((job) => job.progress ?? 0)
  expect(progress).toEqual([...progress].sort((one, other) => one - other))
  await sleep(150)
  expect(heard.at(-1)?.state).toBe('succeeded')
})

test('an ended record never changes, whatever the operation still says', async () => {
  let late: JobContext | undefined
  const { runner } = await setup(async (_input, job) => {
    late = job
    return OUTPUT
  })
  const { id } = runner.start(convertRequest(at('a'), at('out')))
  const ended = await runner.wait(id)
  late?.message('still here')
  late?.log('still here')
  runner.cancel(id)
  expect(runner.get(id)).toEqual(ended)
  expect(runner.log(id).lines).toEqual([])
})
