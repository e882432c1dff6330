import { expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { CLOSING } from '../operations/job-context.js'
import { convertRequest, makeStore } from './testing/job-fixture.js'
import { at, benchForEachTest, foldersOf, OUTPUT, running, setup } from './testing/runner-bench.js'

benchForEachTest()

const PATIENCE = { timeout: 20_000 }
const expired = new AppError('sign-in-expired', { details: { service: 'The cloud' } })

test('a job that needs the user stands still, says why, and goes on when it is resumed', async () => {
  let asked = 0
  const { runner } = await setup(
    async (_input, job) => {
      job.phase('uploading')
      await Promise.all([job.waitForUser(expired.data), job.waitForUser(expired.data)])
      asked += 1
      return OUTPUT
    },
    {},
    { asksUser: () => true },
  )
  const { id } = runner.start(convertRequest(at('a'), at('b')))
  await vi.waitFor(() => expect(runner.get(id).attention?.code).toBe('sign-in-expired'), PATIENCE)
  expect(runner.get(id)).toMatchObject({ state: 'running', paused: true, phase: 'needs sign-in' })
  // Who looks from another process, or after a crash, sees the same.
  expect(makeStore(foldersOf().dirs.state).get(id)).toMatchObject({ paused: true, attention: { code: 'sign-in-expired' } })
  runner.resume([id])
  expect(await runner.wait(id)).toMatchObject({ state: 'succeeded', paused: false, attention: null, phase: 'uploading' })
  expect(asked).toBe(1)
})

test('cancelled while it waits, it ends', async () => {
  const { runner } = await setup(
    async (_input, job) => {
      await job.waitForUser(expired.data)
      return OUTPUT
    },
    {},
    { asksUser: () => true },
  )
  const { id } = runner.start(convertRequest(at('a'), at('b')))
  await vi.waitFor(() => expect(runner.get(id).attention).toBeTruthy(), PATIENCE)
  runner.cancel(id)
  expect(await runner.wait(id)).toMatchObject({ state: 'cancelled', paused: false, attention: null })
})

test('where nobody can be asked, the job fails with what it would have asked for', async () => {
  const { runner } = await setup(async (_input, job) => {
    await job.waitForUser(expired.data)
    return OUTPUT
  })
  const { id } = runner.start(convertRequest(at('a'), at('b')))
  expect(await runner.wait(id)).toMatchObject({ state: 'failed', error: { code: 'sign-in-expired' } })
})

test('a job can tell that the program ends from being cancelled', async () => {
  const reasons: unknown[] = []
  const { runner } = await setup(async (_input, job) => {
    await new Promise((resolve) => job.signal.addEventListener('abort', resolve))
    reasons.push(job.signal.reason === CLOSING)
    throw new AppError('cancelled')
  })
  const one = runner.start(convertRequest(at('a'), at('b')))
  await running(runner, one.id)
  runner.cancel(one.id)
  await runner.wait(one.id)
  const other = runner.start(convertRequest(at('a'), at('c')))
  await running(runner, other.id)
  await runner.close()
  expect(reasons).toEqual([false, true])
})
