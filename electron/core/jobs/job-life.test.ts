import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { convertRequest } from './testing/job-fixture.js'
import { at, benchForEachTest, foldersOf, gate, OUTPUT, running, setup } from './testing/runner-bench.js'

benchForEachTest()

test('commands of the job are recorded, carry its mark, and die with it', async () => {
  const { runner } = await setup(async (_input, job) => {
    const mark = await job.host.run('sh', ['-c', 'echo "$DISKWRIGHT_JOB"'])
    job.log(`mark ${mark.stdout.toString().trim()}`)
    await job.host.run('sh', ['-c', 'sleep 60'])
    return OUTPUT
  })
  const { id } = runner.start(convertRequest(at('a'), at('out')))
  await vi.waitFor(() => expect(runner.get(id).commands).toHaveLength(2), { timeout: 30_000 })
  expect(runner.get(id).commands[1]).toMatchObject({ exitCode: null, seconds: null })
  runner.cancel(id)
  const ended = await runner.wait(id)
  expect(ended.state).toBe('cancelled')
  expect(ended.commands[0]).toMatchObject({ exitCode: 0 })
  expect(ended.commands[1]?.seconds).toEqual(expect.any(Number))
  expect(runner.log(id).lines.join('\n')).toContain(`mark ${id}`)
  expect(runner.log(id).commands.map((command) => command.line)).toEqual(ended.commands.map((command) => command.line))
})

test('a claim is in the journal before its thing exists; what is gone at the end is released, what stays is kept', async () => {
  const seen: number[] = []
  const { runner, store } = await setup(async (_input, job) => {
    job.claim('part-file', at('gone.part'))
    job.claim('part-file', at('stays.part'))
    const release = job.claim('folder', at('released'))
    seen.push(store.openClaims(job.jobId).length)
    release()
    seen.push(store.openClaims(job.jobId).length)
    fs.writeFileSync(at('stays.part'), '')
    return OUTPUT
  })
  const { id } = runner.start(convertRequest(at('a'), at('out')))
  await runner.wait(id)
  expect(seen).toEqual([3, 2])
  expect(store.openClaims(id).map((claim) => claim.what)).toEqual([at('stays.part')])
  runner.remove([id])
  expect(runner.list()).toHaveLength(1)
})

test('retry starts the same again; remove takes ended jobs only; bad requests and ids are refused', async () => {
  const { pass, until } = gate()
  let runs = 0
  const { runner } = await setup(async (_input, job) =>
    ++runs === 1 ? Promise.reject(new AppError('tool-failed')) : until(job).then(() => OUTPUT),
  )
  const removed: string[] = []
  runner.onRemoved((ids) => removed.push(...ids))
  const first = await runner.wait(runner.start(convertRequest(at('a'), at('out'))).id)
  const second = runner.retry(first.id)
  expect(second).toMatchObject({ kind: first.kind, input: first.input })
  expect(second.id).not.toBe(first.id)
  await running(runner, second.id)
  runner.remove([first.id, second.id, 'unknown'])
  expect(removed).toEqual([first.id])
  expect(runner.list().map((job) => job.id)).toEqual([second.id])
  pass()
  await runner.wait(second.id)

  expect(() => runner.start({ kind: 'convert-image', input: { source: 1 } } as unknown as JobRequestDraft)).toThrow(
    expect.objectContaining({ code: 'bad-input' }),
  )
  for (const act of [runner.get, runner.cancel, runner.retry, runner.log]) {
    expect(() => act('20250101-000000-000000')).toThrow(expect.objectContaining({ code: 'job-not-found' }))
  }
})

test('another process sees the job, hears of its end, and can cancel it', async () => {
  const { until } = gate()
  const one = await setup(async (_input, job) => until(job).then(() => OUTPUT))
  const other = await setup(async () => OUTPUT)
  const heard: Job[] = []
  other.runner.onChange((job) => heard.push(job))
  const { id } = one.runner.start(convertRequest(at('a'), at('out')))
  await running(one.runner, id)
  expect(other.runner.get(id)).toMatchObject({ state: 'running', title: 'Convert a' })
  expect(other.runner.list().map((job) => job.id)).toEqual([id])
  other.runner.cancel(id)
  expect((await other.runner.wait(id)).state).toBe('cancelled')
  expect((await one.runner.wait(id)).state).toBe('cancelled')
  await vi.waitFor(() => expect(heard.at(-1)).toMatchObject({ id, state: 'cancelled' }), { timeout: 30_000 })
})

test('closing cancels what runs and waits for its clean-up', async () => {
  const { until } = gate()
  let cleaned = false
  const { runner } = await setup(async (_input, job) => {
    job.defer(async () => {
      await sleep(30)
      cleaned = true
    })
    return until(job).then(() => OUTPUT)
  })
  const { id } = runner.start(convertRequest(at('a'), at('out')))
  await running(runner, id)
  await runner.close()
  expect(cleaned).toBe(true)
  expect(runner.get(id).state).toBe('cancelled')
})

test('a state folder that cannot be written to any more does not fail the job', async () => {
  const { runner } = await setup(async (_input, job) => {
    await fs.promises.rm(foldersOf().dirs.state, { recursive: true })
    job.message('going on')
    return OUTPUT
  })
  const { id } = runner.start(convertRequest(at('a'), at('out')))
  expect(await runner.wait(id)).toMatchObject({ state: 'succeeded', output: OUTPUT })
})

test('without a place for its record no job starts, and the error names the folder', async () => {
  fs.writeFileSync(foldersOf().dirs.state, '')
  const { runner } = await setup(async () => OUTPUT)
  expect(() => runner.start(convertRequest(at('a'), at('out')))).toThrow(
    expect.objectContaining({
      code: 'folder-not-writable',
      data: expect.objectContaining({ details: { folder: path.join(foldersOf().dirs.state, 'jobs'), reason: 'ENOTDIR' } }),
    }),
  )
  expect(runner.list()).toEqual([])
})

test('a batch is queued in its order, whole or not at all; another attempt at an item keeps its place in it', async () => {
  const begun: string[] = []
  const { runner } = await setup(async (input) => {
    begun.push(path.basename(input.output))
    if (input.output === at('two') && begun.length < 4) throw new AppError('tool-failed')
    return OUTPUT
  })
  const names = ['one', 'two', 'three']
  const jobs = runner.startAll(
    names.map((name) => convertRequest(at('a'), at(name))),
    { title: 'Three of a' },
  )
  const [{ batch } = {}] = jobs
  expect(jobs.map((job) => job.batch)).toEqual(names.map((_, index) => ({ id: batch?.id, title: 'Three of a', index, count: 3 })))
  expect(jobs.map((job) => job.weight)).toEqual(names.map(() => fs.statSync(at('a')).blocks * 512))
  expect(runner.list().map((job) => job.id)).toEqual(jobs.map((job) => job.id).reverse())
  const ended = await Promise.all(jobs.map((job) => runner.wait(job.id)))
  expect(ended.map((job) => job.state)).toEqual(['succeeded', 'failed', 'succeeded'])
  const again = runner.retry(jobs[1]?.id ?? '')
  expect(again.batch).toEqual(jobs[1]?.batch)
  expect((await runner.wait(again.id)).state).toBe('succeeded')
  const bad = { kind: 'convert-image', input: { source: 1 } } as unknown as JobRequestDraft
  expect(() => runner.startAll([convertRequest(at('a'), at('x')), bad], { title: 'Half' })).toThrow(
    expect.objectContaining({ code: 'bad-input' }),
  )
  expect(runner.list()).toHaveLength(4)
})
