import fs from 'node:fs'
import { expect, test, vi } from 'vitest'
import { describeError } from '#shared/errors/describe-error'
import { bundleForNode } from '../files/testing/bundle-for-node.js'
import { killChild, nextMessage, runChild } from '../files/testing/run-child.js'
import { silentLogger } from '../log/logger.js'
import { findJobProcesses } from './job-processes.js'
import { createRecovery } from './recovery.js'
import { convertRequest, makeStore } from './testing/job-fixture.js'
import { at, benchForEachTest, foldersOf, setup } from './testing/runner-bench.js'
import { slowly, SLOW_SOURCE, toolStates } from './testing/slow-conversion.js'

benchForEachTest()

const PATIENCE = { timeout: 30_000 }

/** A job whose tool stands still, paused in the moment that it was started. */
async function standing() {
  const made = await setup(slowly((jobId) => made.runner.pause([jobId])))
  fs.writeFileSync(at('a'), SLOW_SOURCE)
  const { id } = made.runner.start(convertRequest(at('a'), at('out')))
  await vi.waitFor(() => expect(toolStates(id)).toEqual(['T']), PATIENCE)
  return { ...made, id }
}

test('the tool of a paused job stands still; resumed, its result is the same as without', async () => {
  const { runner, id } = await standing()
  expect(runner.get(id)).toMatchObject({ state: 'running', paused: true })
  runner.resume([id])
  const ended = await runner.wait(id)
  expect(ended).toMatchObject({ state: 'succeeded', paused: false })
  expect(ended.pausedSeconds).toBeGreaterThan(0)
  expect(fs.readFileSync(at('out')).equals(SLOW_SOURCE)).toBe(true)
})

test('a paused job is cancelled at once, and its tool is gone', async () => {
  const { runner, id } = await standing()
  runner.cancel(id)
  expect(await runner.wait(id)).toMatchObject({ state: 'cancelled', paused: false })
  await vi.waitFor(() => expect(findJobProcesses(new Set([id]))).toEqual([]), PATIENCE)
  expect(fs.existsSync(at('out'))).toBe(false)
})

test('the program ends while a job is paused, and takes its tool with it', async () => {
  const { runner, id } = await standing()
  await runner.close()
  expect(runner.get(id).state).toBe('cancelled')
  await vi.waitFor(() => expect(findJobProcesses(new Set([id]))).toEqual([]), PATIENCE)
})

test('killed while a job is paused, nothing stays stopped; what waited never began, and is told so', async () => {
  const module = await bundleForNode(new URL('./testing/slow-conversion.ts', import.meta.url), at('bundle'))
  const child = runChild(module, `await m.pauseConversion(${JSON.stringify({ dirs: foldersOf().dirs, folder: foldersOf().root })})`)
  const { id, waiting } = (await nextMessage(child)) as { id: string; waiting: string }
  const before = makeStore(foldersOf().dirs.state)
  expect([id, waiting].map((each) => before.get(each))).toMatchObject([
    { state: 'running', paused: true },
    { state: 'queued', paused: true },
  ])
  await killChild(child)
  await vi.waitFor(() => expect(findJobProcesses(new Set([id]))).toEqual([]), PATIENCE)
  const store = makeStore(foldersOf().dirs.state)
  const devices = { list: async () => [], release: () => Promise.reject(new Error('there is none')) }
  const none = () => Promise.reject(new Error('there is none'))
  const loopsIn = async () => []
  const containers = {
    hasContainer: none,
    removeContainer: none,
    hasImage: none,
    removeImage: none,
    hasLayers: none,
    removeLayers: none,
    loopsIn,
    releaseLoop: none,
  }
  createRecovery({ store, dirs: foldersOf().dirs, log: silentLogger, devices, containers })
  const [broken, unbegun] = [id, waiting].map((each) => store.get(each))
  expect(broken).toMatchObject({ state: 'interrupted', paused: false })
  expect(unbegun).toMatchObject({ state: 'interrupted', paused: false, startedAt: null })
  expect([broken, unbegun].map((job) => job?.error && describeError(job.error).title)).toEqual([
    'The work was interrupted',
    'It never began',
  ])
  const { runner } = await setup(slowly())
  const again = [id, waiting].map((each) => runner.retry(each))
  expect((await Promise.all(again.map((job) => runner.wait(job.id)))).map((job) => job.state)).toEqual(['succeeded', 'succeeded'])
})
