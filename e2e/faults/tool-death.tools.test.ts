import fs from 'node:fs/promises'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Core } from '#core/core-api'
import { hashOf } from '../core/workbench.js'
import { testImage } from '../images/cache.js'
import { expectNothingLeft, stepRuns, toolOf } from './in-process.js'
import { writeNoise } from './noise.js'
import { openScene, type Scene } from './scene.js'
import { SLOW_CONVERT, toolsFolder } from './tools-folder.js'
import { CONVERT, SAVE_IN_PLACE, SAVE_NEW } from './work.js'

let image: string
beforeAll(async () => {
  image = await testImage('mbr')
})

let scene: Scene
let core: Core
beforeEach(async () => {
  scene = await openScene(image)
  const tools = await toolsFolder(`${scene.root}/tools`, { scripts: { 'qemu-img': SLOW_CONVERT } })
  core = await scene.nextStart({ DISKWRIGHT_TOOL_PATH: tools })
})
afterEach(() => scene.close())

test('qemu-img killed in the middle of a conversion: the job fails and says so, the part file is gone', async () => {
  await writeNoise(scene.source, 60)
  const before = await hashOf(scene.source)
  const { id } = core.jobs.start(CONVERT.request(scene))
  await stepRuns(core, id, 'convert')
  process.kill(await toolOf([scene.mark], 'qemu-img'), 'SIGKILL')
  const job = await core.jobs.wait(id)
  expect([job.state, job.error?.code, job.error?.details.tool, job.error?.details.problem]).toEqual([
    'failed',
    'tool-failed',
    'qemu-img',
    'ended by SIGKILL',
  ])
  await expectNothingLeft(scene, core)
  expect(await hashOf(scene.source)).toBe(before)
})

for (const work of [SAVE_NEW, SAVE_IN_PLACE]) {
  test(`${work.name}: linux.uml killed in the middle`, async () => {
    const { id } = core.jobs.start(work.request(scene))
    await stepRuns(core, id, 'write')
    process.kill(await toolOf([scene.mark], 'linux.uml'), 'SIGKILL')
    const job = await core.jobs.wait(id)
    expect([job.state, job.error?.code]).toEqual(['failed', 'engine-failed'])
    expect(job.error?.details.engine).toBe('uml')
    await expectNothingLeft(scene, core)
    expect(await hashOf(scene.source)).toBe(scene.original)
  })
}

test('the reader killed in the middle of reading', async () => {
  const { id } = core.jobs.start(SAVE_NEW.request(scene))
  process.kill(await toolOf([scene.mark], 'qemu-storage-da'), 'SIGKILL')
  const job = await core.jobs.wait(id)
  expect(job.state).toBe('failed')
  expect(job.error?.code).not.toBe('internal')
  await expectNothingLeft(scene, core)
  expect(await hashOf(scene.source)).toBe(scene.original)
})

test('a source that is written to while it is converted: the result is thrown away', async () => {
  await writeNoise(scene.source, 20)
  for (const change of [
    () => fs.appendFile(scene.source, 'x'),
    () => fs.utimes(scene.source, new Date(), new Date(0)),
    () => fs.truncate(scene.source, 8_000_000),
  ]) {
    const { id } = core.jobs.start(CONVERT.request(scene))
    expect(await stepRuns(core, id, 'convert')).toBe(true)
    await toolOf([scene.mark], 'qemu-img')
    await change()
    const job = await core.jobs.wait(id)
    expect([String(change), job.state, job.error?.code]).toEqual([String(change), 'failed', 'image-changed'])
    await expectNothingLeft(scene, core)
  }
})
