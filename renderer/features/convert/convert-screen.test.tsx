// @vitest-environment happy-dom
import { cleanup, configure, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { BatchCell, BatchPlan, BatchRequestDraft, SourceReport } from '#shared/jobs/convert-request'
import type { Job } from '#shared/jobs/job'
import { settingsSchema } from '#shared/settings/settings'
import { renderInApp, sampleActions } from '../boot-entries/testing/sample-core.js'
import { useEditStore } from '../edits/edit-store.js'
import { ConvertScreen } from './convert-screen.js'
import { useConvertStore } from './convert-store.js'
import { MIB, sampleJob, samplePlan, sampleReport } from './testing/samples.js'

// A plan is asked for when the choices have settled, and a busy machine settles late.
configure({ asyncUtilTimeout: 15_000 })
vi.setConfig({ testTimeout: 60_000 })

const ACTIONS = sampleActions()
const ONE = '/images/one.qcow2'
const TWO = '/images/two.qcow2'
const store = () => useConvertStore.getState()

interface Fake {
  report: (path: string) => SourceReport
  change: (cell: BatchCell) => Partial<BatchCell>
  plan: Partial<BatchPlan>
  jobs: Job[]
}

let fake: Fake
let calls: { channel: string; input: unknown }[]

function answer(channel: string, input: unknown): unknown {
  switch (channel) {
    case 'sources.probe':
      return fake.report((input as { path: string }).path)
    case 'batch.plan':
      return { ...samplePlan(input as BatchRequestDraft, fake.change), ...fake.plan }
    case 'batch.start':
      fake.jobs = samplePlan(input as BatchRequestDraft).cells.map((cell, index) =>
        sampleJob(index, cell.input?.source ?? '', cell.artifact),
      )
      return fake.jobs
    case 'jobs.list':
      return fake.jobs
    case 'settings.get':
    case 'settings.set':
      return settingsSchema.parse({})
    case 'recents.list':
      return []
    case 'jobs.log':
      return { lines: [], commands: [] }
    case 'outputs.chooseFolder':
      return { path: '/elsewhere' }
    default:
      return undefined
  }
}

function show() {
  renderInApp(<ConvertScreen />, ACTIONS)
}

const cell = (name: RegExp) => screen.findByRole('gridcell', { name })
const lastPlan = () => calls.findLast(({ channel }) => channel === 'batch.plan')?.input as BatchRequestDraft | undefined
const startButton = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })

beforeEach(() => {
  useConvertStore.setState(useConvertStore.getInitialState(), true)
  useEditStore.setState({ byPath: {} })
  fake = { report: sampleReport, change: () => ({}), plan: {}, jobs: [] }
  calls = []
  const invoke = vi.fn(async (channel: string, input: unknown) => {
    calls.push({ channel, input })
    try {
      return { ok: true as const, value: answer(channel, input) }
    } catch (error) {
      return { ok: false as const, error: (error as AppError).data }
    }
  })
  vi.stubGlobal('diskwright', { invoke, on: () => () => {}, pathForFile: () => '' })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

test('without images it says what to drop; with one it asks for a target and offers each', async () => {
  show()
  expect(await screen.findByText('Drop the images to convert')).toBeDefined()
  store().add([ONE])
  expect(await screen.findByText('15 GiB, 700 MiB of data · qcow2 v3')).toBeDefined()
  expect(screen.getByText('Tick at least one target')).toBeDefined()
  fireEvent.change(screen.getByRole('textbox', { name: 'Search targets' }), { target: { value: 'vdi' } })
  fireEvent.click(screen.getByRole('checkbox', { name: 'VirtualBox VDI' }))
  expect(await cell(/^one\.qcow2 for VirtualBox VDI: about 400 MiB/)).toBeDefined()
  expect(screen.getByRole('heading', { level: 1, name: 'Convert 1 image for VirtualBox VDI' })).toBeDefined()
})

test('the plan is a table; what is left out by key is not started, and the button counts', async () => {
  store().add([ONE, TWO], ['virtualbox-vdi', 'azure-vhd'])
  show()
  const first = await cell(/^one\.qcow2 for VirtualBox VDI: about/)
  expect(startButton('Make 4 artifacts')).toBeDefined()
  first.focus()
  fireEvent.keyDown(first, { key: 'ArrowRight' })
  const second = await cell(/^one\.qcow2 for Azure/)
  expect(document.activeElement).toBe(second)
  fireEvent.keyDown(second, { key: ' ' })
  expect(await cell(/^one\.qcow2 for Azure fixed VHD: left out/)).toBeDefined()
  await waitFor(() => expect(startButton('Make 3 artifacts').disabled).toBe(false))
  fireEvent.click(startButton('Make 3 artifacts'))
  await waitFor(() =>
    expect(calls.find(({ channel }) => channel === 'batch.start')?.input).toMatchObject({
      without: [{ source: 0, artifact: 'azure-vhd' }],
      replace: false,
    }),
  )
})

test('Enter shows what is done for a cell: its steps, where it goes, the commands', async () => {
  store().add([ONE], ['virtualbox-vdi', 'azure-vhd'])
  show()
  fireEvent.keyDown(await cell(/for Azure fixed VHD: about/), { key: 'Enter' })
  const details = await screen.findByRole('region', { name: 'The chosen cell' })
  expect(within(details).getByRole('heading', { name: 'one.qcow2 for Azure fixed VHD' })).toBeDefined()
  expect(within(details).getByText('Convert to Azure fixed VHD')).toBeDefined()
  expect(within(details).getByText('The command that runs')).toBeDefined()
})

test('a file that cannot be read says why and can be left out; the others are planned meanwhile', async () => {
  fake.report = (path) => {
    if (path === ONE) throw new AppError('file-not-found', { details: { path } })
    return sampleReport(path)
  }
  store().add([ONE, TWO], ['azure-vhd'])
  show()
  expect(await cell(/^two\.qcow2 for Azure fixed VHD: about/)).toBeDefined()
  expect(await cell(/^one\.qcow2 for Azure fixed VHD: – cannot be read/)).toBeDefined()
  expect(lastPlan()?.sources.map(({ path }) => path)).toEqual([TWO])
  fireEvent.click(screen.getByRole('button', { name: 'Leave it out' }))
  expect(store().sources.map(({ path }) => path)).toEqual([TWO])
})

test('a container image is no source: its row leads to where its disks are taken out', async () => {
  const reference = 'oci-archive:/images/boot.tar'
  fake.report = (path) => {
    throw new AppError('image-unsupported', {
      details: { path, feature: 'A container image' },
      actions: [{ kind: 'open-container', reference }],
    })
  }
  store().add(['/images/boot.tar'], ['azure-vhd'])
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Look into it' }))
  expect(ACTIONS.openContainer).toHaveBeenCalledWith(reference)
  expect(screen.queryByRole('button', { name: 'Try again' })).toBeNull()
})

test('files that are there are listed; they are left out, or replaced when main has asked', async () => {
  fake.change = ({ artifact }) => ({ exists: artifact === 'azure-vhd' })
  store().add([ONE, TWO], ['azure-vhd', 'virtualbox-vdi'])
  show()
  expect(await screen.findByText('2 files of these names are there already')).toBeDefined()
  expect(screen.getByText(/one-azure\.vhd, two-azure\.vhd\. You are asked before they are replaced/)).toBeDefined()
  await waitFor(() => expect(startButton('Make 4 artifacts').disabled).toBe(false))
  fireEvent.click(startButton('Make 4 artifacts'))
  await waitFor(() => expect(calls.find(({ channel }) => channel === 'batch.start')?.input).toMatchObject({ replace: true }))
  cleanup()
  fake.jobs = []
  store().show(null)
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Leave them out' }))
  expect(await screen.findByRole('button', { name: 'Make 2 artifacts' })).toBeDefined()
  expect(store().without).toHaveLength(2)
})

test('too little space says how much is missing and leads to another folder', async () => {
  fake.plan = { fits: false, neededBytes: 900 * MIB, freeBytes: 500 * MIB }
  store().add([ONE], ['azure-vhd'])
  show()
  expect(await screen.findByText(/Free 400 MiB, or leave cells out/)).toBeDefined()
  expect(startButton('Make 1 artifact').disabled).toBe(true)
  fireEvent.click(screen.getByRole('button', { name: 'Choose another folder…' }))
  await waitFor(() => expect(lastPlan()?.folder).toBe('/elsewhere'))
})

test('staged edits come along, and a switch leaves them out', async () => {
  useEditStore.getState().stage(ONE, [{ kind: 'move-backup-gpt' }])
  store().add([ONE], ['azure-vhd'])
  show()
  const box = await screen.findByRole('checkbox', { name: 'with 1 staged edit' })
  await waitFor(() => expect(lastPlan()?.sources[0]?.edits).toHaveLength(1))
  fireEvent.click(box)
  await waitFor(() => expect(lastPlan()?.sources[0]?.edits).toEqual([]))
})

test('a batch is shown as the same table, live, with what can be done about it', async () => {
  fake.jobs = [
    sampleJob(0, ONE, 'virtualbox-vdi', {
      state: 'succeeded',
      output: { path: '/images/one.vdi', bytes: 780 * MIB, proofs: ['Content identical to the source'] },
    }),
    sampleJob(1, ONE, 'azure-vhd', { state: 'failed', error: new AppError('no-space', { details: { folder: '/images' } }).data }),
    sampleJob(2, TWO, 'virtualbox-vdi', { state: 'interrupted' }),
  ]
  store().show('b1')
  show()
  expect(await cell(/^one\.qcow2 for VirtualBox VDI: identical, 780 MiB/)).toBeDefined()
  expect(await cell(/^two\.qcow2 for Azure fixed VHD: left out/)).toBeDefined()
  expect(screen.getByText('1 of 3 made · 2 failed')).toBeDefined()
  expect(screen.getByRole('heading', { name: 'one.qcow2 for Azure fixed VHD' })).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Try 2 again' }))
  await waitFor(() => expect(calls).toContainEqual({ channel: 'jobs.retryFailed', input: { batch: 'b1' } }))
  fireEvent.click(await cell(/^two\.qcow2 for VirtualBox VDI: interrupted/))
  expect(await screen.findByRole('heading', { name: 'two.qcow2 for VirtualBox VDI' })).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Convert more' }))
  expect(store().shown).toBeNull()
})

test('while it runs it can be paused and cancelled, all of it', async () => {
  fake.jobs = [sampleJob(0, ONE, 'azure-vhd', { state: 'running', progress: 0.25 }), sampleJob(1, TWO, 'azure-vhd')]
  store().show('b1')
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Pause' }))
  await waitFor(() => expect(calls).toContainEqual({ channel: 'jobs.pause', input: { ids: ['job-0', 'job-1'] } }))
  fireEvent.click(screen.getByRole('button', { name: 'Cancel all' }))
  await waitFor(() => expect(calls).toContainEqual({ channel: 'jobs.cancelBatch', input: { batch: 'b1' } }))
})
