import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testImage } from '../images/cache.js'
import { bootTests, PATIENCE } from './boot-tests.js'
import { openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())
const { start, report, said, nothingLeft } = bootTests(() => bench)

test(
  'kept before its verdict, powered off without waiting, not written where its folder went, and kept elsewhere',
  async () => {
    const { bootTests: tests, jobs } = bench.core
    const job = start({ source: await testImage('bios-bootable') })
    const keeping = () => tests.live(job.id)?.keeping
    await said(job, /SeaBIOS/)
    expect([tests.powerOff(job.id), tests.release(job.id), keeping()]).toEqual([false, false, undefined])
    const gone = path.join(bench.folder, 'gone')
    await fs.mkdir(gone)
    expect(await tests.keep(job.id, { output: path.join(gone, 'kept.raw'), format: 'raw' })).toBe(true)
    // A firmware has no ear for the power button.
    await expect.poll(keeping, { timeout: PATIENCE }).toMatchObject({ stage: 'closing', guest: 'shut-down' })
    await fs.rmdir(gone)
    expect(tests.powerOff(job.id)).toBe(true)
    await expect.poll(keeping, { timeout: PATIENCE }).toMatchObject({ stage: 'waiting', error: { code: 'folder-not-writable' } })
    expect(jobs.get(job.id)).toMatchObject({ state: 'running', message: expect.stringContaining('it is still there') })
    expect(tests.powerOff(job.id)).toBe(false)
    await expect(tests.keep(job.id, { output: path.join(gone, 'kept.raw') })).rejects.toMatchObject({ code: 'folder-not-writable' })
    const output = path.join(bench.folder, 'kept.raw')
    expect(await tests.keep(job.id, { output, format: 'raw' })).toBe(true)
    const found = await report(job)
    expect(found).toMatchObject({ verdict: 'none', missing: ['A login prompt'], kept: output })
    expect(found.unkept).toBeUndefined()
    expect(jobs.get(job.id)).toMatchObject({ state: 'succeeded' })
    expect(jobs.get(job.id).output?.proofs).toContain(
      'The machine was switched off before its guest had done so itself: its disk was kept as after a power cut',
    )
    expect((await fs.stat(output)).size).toBeGreaterThan(0)
    await nothingLeft()
  },
  PATIENCE,
)

test(
  'a disk that could not be kept is let go, and the verdict stays',
  async () => {
    const { bootTests: tests, jobs } = bench.core
    const job = start({ source: await testImage('bios-bootable'), expect: { ready: [], patterns: ['SeaBIOS'] }, stayOn: true })
    await expect.poll(() => tests.live(job.id)?.judged?.verdict, { timeout: PATIENCE }).toBe('pass')
    const gone = path.join(bench.folder, 'gone-too')
    await fs.mkdir(gone)
    expect(await tests.keep(job.id, { output: path.join(gone, 'kept.raw') })).toBe(true)
    await fs.rmdir(gone)
    await expect.poll(() => tests.live(job.id)?.keeping?.stage, { timeout: PATIENCE }).toBe('closing')
    expect(tests.powerOff(job.id)).toBe(true)
    await expect.poll(() => tests.live(job.id)?.keeping?.stage, { timeout: PATIENCE }).toBe('waiting')
    expect(tests.release(job.id)).toBe(true)
    const found = await report(job)
    expect(found).toMatchObject({ verdict: 'pass', unkept: { disk: null, error: { code: 'folder-not-writable' } } })
    expect(jobs.get(job.id).output?.proofs).toContain('The disk of the machine was let go')
    await nothingLeft()
  },
  PATIENCE,
)
