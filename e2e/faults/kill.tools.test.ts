import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashOf } from '../core/workbench.js'
import { testImage } from '../images/cache.js'
import { expectNothingLost, type Outcome } from './after-crash.js'
import { processesLeft, processesOf } from './left-behind.js'
import { inPool } from './pool.js'
import { buildProgram, type Program } from './program.js'
import { openScene, type Scene } from './scene.js'
import { ALL_WORK, CONVERT, SAVE_IN_PLACE, type Work } from './work.js'

const WIDTH = 2
const RANDOM_KILLS = 10
const SANDBOX_KILLS = 30
const TRIES = 5

let program: Program
let image: string
beforeAll(async () => {
  ;[program, image] = await Promise.all([buildProgram(), testImage('mbr')])
})
afterAll(() => program.remove())

async function withScene<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const scene = await openScene(image)
  try {
    return await work(scene)
  } finally {
    await scene.close()
  }
}

/** Kills the program while the record on disk says that `step` runs; false when that was over before it could be seen from outside. */
async function killInStep(scene: Scene, work: Work, step: string): Promise<boolean> {
  const running = program.start(scene, work.command(scene))
  const seen = await running.runningStep(step)
  const { code, signal, stderr } = await running.kill()
  if (signal === null && code !== 0) throw new Error(`the program failed by itself: ${stderr}`)
  return seen !== undefined && signal === 'SIGKILL'
}

/** For a step that is over too fast for the above: the program kills itself at its very beginning. */
async function killAtStep(scene: Scene, work: Work, step: string): Promise<void> {
  const { signal, stderr } = await program.run(scene, work.command(scene), { killPoint: true, env: { FAULT_STEP: step } })
  expect([step, signal, stderr]).toEqual([step, 'SIGKILL', ''])
}

for (const work of ALL_WORK) {
  test(`${work.name}: killed in each of its steps, nothing is lost and the next start cleans up`, async () => {
    // Publishing is over too fast to be seen from outside: the next test stops at each of its changes.
    const steps = work.steps.filter((step) => step !== 'publish')
    await inPool(steps, WIDTH, async (step) => {
      for (const tries of Array.from({ length: TRIES + 1 }).keys()) {
        const hit = await withScene(async (scene) => {
          if (tries === TRIES) await killAtStep(scene, work, step)
          else if (!(await killInStep(scene, work, step))) return false
          expect(await expectNothingLost(scene, work, `${work.name}, killed in ${step}`)).toBe('nothing done')
          return true
        })
        if (hit) return
      }
    })
  })

  test(`${work.name}: killed at ${RANDOM_KILLS} random moments`, async () => {
    const wholeMs = await withScene(async (scene) => {
      const start = performance.now()
      const { code, stderr } = await program.run(scene, work.command(scene))
      if (code !== 0) throw new Error(stderr)
      return performance.now() - start
    })
    const moments = Array.from({ length: RANDOM_KILLS }, () => Math.round(Math.random() * wholeMs * 1.3))
    const outcomes: Outcome[] = []
    await inPool(moments, WIDTH, (afterMs) =>
      withScene(async (scene) => {
        const running = program.start(scene, work.command(scene))
        await Promise.race([sleep(afterMs), running.ended])
        await running.kill()
        outcomes.push(await expectNothingLost(scene, work, `${work.name}, killed after ${afterMs} ms`))
      }),
    )
    expect(outcomes).toHaveLength(RANDOM_KILLS)
  })
}

/** Runs the program once to learn which changes it makes in the image folder, then kills it before and after each of them. */
async function killAtEachChange(
  work: Work,
  prepare: (scene: Scene) => Promise<void>,
  check: (scene: Scene, label: string) => Promise<Outcome>,
): Promise<Outcome[]> {
  const changes = await withScene(async (scene) => {
    await prepare(scene)
    const log = path.join(scene.root, 'changes')
    const { code } = await program.run(scene, work.command(scene), { killPoint: true, env: { FAULT_FOLDER: scene.folder, FAULT_LOG: log } })
    expect(code).toBe(0)
    return (await fs.readFile(log, 'utf8')).trim().split('\n')
  })
  const points = changes.flatMap((change) => ['before', 'after'].map((side) => ({ change, at: `${change.split(' ')[0]}:${side}` })))
  const outcomes = new Map<string, Outcome>()
  await inPool(points, WIDTH, ({ change, at }) =>
    withScene(async (scene) => {
      await prepare(scene)
      const { signal, stderr } = await program.run(scene, work.command(scene), {
        killPoint: true,
        env: { FAULT_FOLDER: scene.folder, FAULT_AT: at },
      })
      expect([at, signal, stderr]).toEqual([at, 'SIGKILL', ''])
      outcomes.set(at, await check(scene, `${work.name}, killed ${at} (${change})`))
    }),
  )
  return points.map(({ at }) => outcomes.get(at) ?? 'nothing done')
}

for (const work of [SAVE_IN_PLACE, CONVERT]) {
  test(`${work.name}: killed before and after every change of a name in the target folder`, async () => {
    const outcomes = await killAtEachChange(
      work,
      async () => {},
      (scene, label) => expectNothingLost(scene, work, label),
    )
    expect(outcomes.length).toBeGreaterThanOrEqual(6)
    // One of the changes is the one that counts: before it nothing was done, after it all is.
    expect(outcomes).toEqual([...outcomes].toSorted((one, other) => Number(one === 'done') - Number(other === 'done')))
    expect(new Set(outcomes)).toEqual(new Set(['nothing done', 'done']))
  })
}

/** A VMDK of two files takes the place of an older one. */
const CONVERT_SET: Work = {
  ...CONVERT,
  name: 'convert to a set of files',
  command: (scene) => ['convert', scene.source, '-o', scene.at('made.vmdk'), '--to', 'vmdk:monolithicFlat', '--replace'],
}
const OLD_SET = { 'made.vmdk': 'old descriptor', 'made-flat.vmdk': 'old extent' }

test(`${CONVERT_SET.name}, replacing an old set: killed before and after every change, it is the old set or the new one, never a mixture`, async () => {
  const prepare = async (scene: Scene): Promise<void> => {
    for (const [name, text] of Object.entries(OLD_SET)) await fs.writeFile(scene.at(name), text)
  }
  const outcomes = await killAtEachChange(CONVERT_SET, prepare, async (scene, label) => {
    expect(await processesLeft([scene.mark]), label).toEqual([])
    const core = await scene.nextStart()
    expect(await core.recovery.clean(), label).toEqual([])
    expect(await scene.leftFiles(), label).toEqual(Object.keys(OLD_SET).toSorted())
    const old = await Promise.all(Object.entries(OLD_SET).map(async ([name, text]) => (await fs.stat(scene.at(name))).size === text.length))
    if (old.every(Boolean)) return 'nothing done'
    expect(old, label).toEqual([false, false])
    expect((await core.listBootEntries(scene.at('made.vmdk'))).entries, label).toHaveLength(1)
    return 'done'
  })
  expect(new Set(outcomes)).toEqual(new Set(['nothing done', 'done']))
})

/** The digest stands beside the result, under a name of its own. */
const CONVERT_DIGEST: Work = {
  ...CONVERT,
  name: 'convert with a digest beside it',
  command: (scene) => ['convert', scene.source, '-o', scene.at('made.qcow2'), '--to', 'qcow2', '--digest', 'sha256'],
}

test(`${CONVERT_DIGEST.name}: killed before and after every change, a digest that is there is that of the result`, async () => {
  const outcomes = await killAtEachChange(
    CONVERT_DIGEST,
    async () => {},
    async (scene, label) => {
      expect(await processesLeft([scene.mark]), label).toEqual([])
      const core = await scene.nextStart()
      expect(await core.recovery.clean(), label).toEqual([])
      const left = await scene.leftFiles()
      if (left.includes('made.qcow2.sha256')) {
        expect(left, label).toEqual(['made.qcow2', 'made.qcow2.sha256'])
        expect(await fs.readFile(scene.at('made.qcow2.sha256'), 'utf8'), label).toContain(await hashOf(scene.at('made.qcow2')))
      } else expect(['', 'made.qcow2'], label).toContain(left.join())
      return left.includes('made.qcow2') ? 'done' : 'nothing done'
    },
  )
  expect([outcomes[0], outcomes.at(-1)]).toEqual(['nothing done', 'done'])
})

test(`killed ${SANDBOX_KILLS} times while a sandbox is being set up, when it has not yet asked to die with its parent: it does all the same`, async () => {
  const delays = Array.from({ length: SANDBOX_KILLS }, (_, index) => index % 10)
  const killed = await inPool(delays, 1, (delayMs) =>
    withScene(async (scene) => {
      const running = program.start(scene, ['inspect', scene.source])
      while (!processesOf([scene.mark]).some((process) => process.endsWith(' bwrap'))) await sleep(1)
      await sleep(delayMs)
      await running.kill()
      expect(await processesLeft([scene.mark]), `${delayMs} ms after bwrap began`).toEqual([])
    }),
  )
  expect(killed).toBe(SANDBOX_KILLS)
})
