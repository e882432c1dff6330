import { expect, test } from 'vitest'
import type { JobContext } from '../job-context.js'
import { withOwnCleanups } from './with-own-cleanups.js'

function job() {
  const ofJob: Parameters<JobContext['defer']>[0][] = []
  return { ofJob, ctx: { defer: (cleanup) => void ofJob.push(cleanup) } as JobContext }
}

test('what a part of a job leaves is removed in reverse when it ends, however it does', async () => {
  const { ctx, ofJob } = job()
  const done: string[] = []
  const broken = withOwnCleanups(ctx, async (own) => {
    own.defer(() => void done.push('first'))
    own.defer(async () => void done.push('second'))
    throw new Error('full')
  })
  await expect(broken).rejects.toThrow('full')
  expect([done, ofJob]).toEqual([['second', 'first'], []])
})

test('what cannot be removed is left to the end of the job, and hides nothing', async () => {
  const { ctx, ofJob } = job()
  const fails = () => {
    throw new Error('busy')
  }
  const result = await withOwnCleanups(ctx, async (own) => {
    own.defer(fails)
    return 7
  })
  expect([result, ofJob]).toEqual([7, [fails]])
})
