import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashOf } from '../core/workbench.js'
import { testImage } from '../images/cache.js'
import { expectNothingLeft, stepRuns, toolOf } from './in-process.js'
import { writeNoise } from './noise.js'
import { inPool } from './pool.js'
import { openScene, type Scene } from './scene.js'
import { SLOW_CONVERT, toolsFolder } from './tools-folder.js'
import { ALL_WORK, CONVERT, type Work } from './work.js'

const WIDTH = 2
const CANCEL_LIMIT_MS = 7000

let image: string
beforeAll(async () => {
  image = await testImage('mbr')
})

async function cancelInStep(work: Work, step: string): Promise<void> {
  const scene = await openScene(image)
  try {
    const core = await scene.nextStart()
    const { id } = core.jobs.start(work.request(scene))
    expect([work.name, step, await stepRuns(core, id, step)]).toEqual([work.name, step, true])
    const asked = performance.now()
    core.jobs.cancel(id)
    const job = await core.jobs.wait(id)
    expect([work.name, step, job.state, job.error?.code, job.output]).toEqual([work.name, step, 'cancelled', 'cancelled', null])
    expect(performance.now() - asked).toBeLessThan(CANCEL_LIMIT_MS)
    await expectNothingLeft(scene, core)
    expect(await hashOf(scene.source)).toBe(scene.original)
  } finally {
    await scene.close()
  }
}

for (const work of ALL_WORK) {
  test(`${work.name}: cancelled in each of its steps, nothing is left`, async () => {
    expect(await inPool(work.steps, WIDTH, (step) => cancelInStep(work, step))).toBe(work.steps.length)
  })
}

let slow: Scene
let slowTools: string
beforeAll(async () => {
  slow = await openScene(image)
  await writeNoise(slow.source, 60)
  slowTools = await toolsFolder(`${slow.root}/tools`, { scripts: { 'qemu-img': SLOW_CONVERT } })
})
afterAll(() => slow.close())

test('a stopped qemu-img is cancelled all the same', async () => {
  const core = await slow.nextStart({ DISKWRIGHT_TOOL_PATH: slowTools })
  const { id } = core.jobs.start(CONVERT.request(slow))
  await stepRuns(core, id, 'convert')
  process.kill(await toolOf([slow.mark], 'qemu-img'), 'SIGSTOP')
  const asked = performance.now()
  core.jobs.cancel(id)
  expect((await core.jobs.wait(id)).state).toBe('cancelled')
  expect(performance.now() - asked).toBeLessThan(CANCEL_LIMIT_MS)
  await expectNothingLeft(slow, core, [])
})

test('closing the core in the middle ends its jobs as cancelled', async () => {
  const core = await slow.nextStart({ DISKWRIGHT_TOOL_PATH: slowTools })
  const { id } = core.jobs.start(CONVERT.request(slow))
  await stepRuns(core, id, 'convert')
  await core.close()
  expect(core.jobs.get(id).state).toBe('cancelled')
  await expectNothingLeft(slow, core, [])
})
