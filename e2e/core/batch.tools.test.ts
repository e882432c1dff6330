import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filesIn, hashOf, openBench, type TestBench } from './workbench.js'

let bench: TestBench
let folder: string
let sources: string[]
beforeAll(async () => {
  bench = await openBench()
  await fs.mkdir(path.join(bench.folder, 'other'))
  folder = path.join(bench.folder, 'results')
  await fs.mkdir(folder)
  sources = [await bench.copy('mbr', 'boot.qcow2'), await bench.copy('mbr', 'other/boot.qcow2')]
})
afterAll(() => bench.close())

const request = () => ({
  sources: sources.map((file) => ({ path: file })),
  artifacts: ['azure-vhd', 'vmware-vmdk'] as const,
  folder,
  report: false,
})
const draft = () => ({ ...request(), artifacts: [...request().artifacts] })

test('a plan of every source for every preset: names of their own, the retarget staged, steps in words', async () => {
  const plan = await bench.core.planBatch(draft())
  expect(plan.cells.map(({ source, artifact, output }) => [source, artifact, path.relative(folder, output)])).toEqual([
    [0, 'azure-vhd', 'boot-azure.vhd'],
    [0, 'vmware-vmdk', 'boot-vmware.vmdk'],
    [1, 'azure-vhd', 'boot-2-azure.vhd'],
    [1, 'vmware-vmdk', 'boot-2-vmware.vmdk'],
  ])
  const [azure] = plan.cells
  expect(azure?.problem).toBeNull()
  expect(azure?.steps[0]).toMatch(/^Retarget to Microsoft Azure: .*\+ rootdelay=300$/)
  expect(azure?.steps.slice(1)).toEqual([
    'Convert to VHD, fixed',
    'Compare with the source',
    'Check the rules of the format and of Microsoft Azure',
  ])
  expect(azure?.input).toMatchObject({ edits: [{ kind: 'retarget', platform: 'azure' }], fitSize: true, artifact: 'azure-vhd' })
  expect(plan.neededBytes).toBeGreaterThanOrEqual(plan.cells.reduce((sum, cell) => sum + (cell.neededBytes ?? 0), 0))
  expect([plan.fits, await filesIn(folder)]).toEqual([true, []])
})

test('a plan that nobody waits for any more is stopped, and does not stop one that looks at the same images', async () => {
  const controller = new AbortController()
  const fresh = await bench.copy('mbr', 'fresh.qcow2')
  const wanted = { ...draft(), sources: [{ path: fresh }, { path: sources[0] ?? '' }] }
  const [first, second] = [bench.core.planBatch(wanted, controller.signal), bench.core.planBatch(wanted)]
  controller.abort()
  await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  expect((await second).cells.map(({ problem }) => problem)).toEqual([null, null, null, null])
})

test('a result that would replace another source of the batch is a problem of its cell, also where replacing was agreed to', async () => {
  const other = path.join(folder, 'boot-azure.vhd')
  await bench.host.run('qemu-img', ['create', '-q', '-f', 'vpc', '-o', 'subformat=fixed,force_size=on', other, '8M'])
  const artifacts = ['azure-vhd' as const]
  const plan = await bench.core.planBatch({ ...draft(), sources: [{ path: sources[0] ?? '' }, { path: other }], artifacts, replace: true })
  expect(plan.cells.map(({ problem }) => problem?.code)).toEqual(['output-is-source', undefined])
  await fs.rm(other)
})

test('a retarget that is staged holds for its own platform; for another one the plan goes beyond it', async () => {
  const staged = { kind: 'retarget', platform: 'vmware' } as const
  const plan = await bench.core.planBatch({ ...draft(), sources: [{ path: sources[0] ?? '', edits: [staged] }] })
  expect(plan.cells.map(({ input }) => input?.edits)).toEqual([[staged, { kind: 'retarget', platform: 'azure' }], [staged]])
})

test('a cell that is left out, a source that is gone, and an image without boot entries', async () => {
  const blank = await bench.copy('no-table', 'blank.raw')
  await bench.host.run('qemu-img', ['create', '-q', '-f', 'raw', blank, '8M'])
  const plan = await bench.core.planBatch({
    ...draft(),
    sources: [{ path: path.join(bench.folder, 'gone.qcow2') }, { path: blank }],
    without: [{ source: 1, artifact: 'vmware-vmdk' }],
  })
  expect(plan.cells.map(({ source, artifact, problem }) => [source, artifact, problem?.code])).toEqual([
    [0, 'azure-vhd', 'file-not-found'],
    [0, 'vmware-vmdk', 'file-not-found'],
    [1, 'azure-vhd', undefined],
  ])
  expect(plan.cells[2]?.notes.map(({ text }) => text)).toContain('No boot entries were found: it is converted as it is')
  expect(plan.cells[2]?.input?.edits).toEqual([])
})

test('who agreed to a number of artifacts gets all of them or none', async () => {
  const wanted = { ...draft(), sources: [{ path: path.join(folder, 'gone.qcow2') }, { path: sources[0] ?? '' }], whole: true }
  await expect(bench.core.startBatch(wanted)).rejects.toMatchObject({ code: 'file-not-found' })
  expect(bench.core.jobs.list()).toEqual([])
})

test('a batch is one group of jobs; what is there already is not made again, and nothing touched the sources', async () => {
  const before = await Promise.all(sources.map(hashOf))
  await fs.writeFile(path.join(folder, 'boot-2-vmware.vmdk'), 'mine')
  const jobs = await bench.core.startBatch(draft())
  expect(jobs.map(({ batch }) => [batch?.title, batch?.index, batch?.count])).toEqual(
    [0, 1, 2].map((index) => ['2 images for 2 targets', index, 3]),
  )
  const ended = await Promise.all(jobs.map(({ id }) => bench.core.jobs.wait(id)))
  expect(ended.map(({ state, error }) => [state, error?.code])).toEqual(jobs.map(() => ['succeeded', undefined]))
  expect(await filesIn(folder)).toEqual(['boot-2-azure.vhd', 'boot-2-vmware.vmdk', 'boot-azure.vhd', 'boot-vmware.vmdk'])
  expect(await fs.readFile(path.join(folder, 'boot-2-vmware.vmdk'), 'utf8')).toBe('mine')
  const { entries } = await bench.core.listBootEntries(path.join(folder, 'boot-azure.vhd'))
  expect(entries[0]?.args).toContain('rootdelay=300')
  expect(await Promise.all(sources.map(hashOf))).toEqual(before)
})
