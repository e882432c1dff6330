import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { upsertJob } from '../../api/job-events.js'
import { type AppActions, AppActionsContext } from '../../components/app-actions.js'
import { JobTray } from './job-tray.js'
import { JobsScreen } from './jobs-screen.js'
import { sampleJob } from './testing/sample-jobs.js'

afterEach(cleanup)

const batch = (index: number) => ({ id: 'b', title: 'boot.qcow2 for three platforms', index, count: 3 })
const BATCH: Job[] = [
  sampleJob({ id: 'one', title: 'To VMDK', state: 'running', progress: 0.5, batch: batch(0), position: 1 }),
  sampleJob({
    id: 'two',
    title: 'To VHD',
    state: 'queued',
    startedAt: null,
    message: 'Waiting for the disk',
    batch: batch(1),
    position: 2,
  }),
  sampleJob({
    id: 'three',
    title: 'To raw',
    state: 'queued',
    startedAt: null,
    message: 'Waiting for the disk',
    batch: batch(2),
    position: 3,
  }),
]

async function show(jobs: readonly Job[]) {
  const calls: [string, unknown][] = []
  const invoke = vi.fn(async (channel: string, input: unknown) => {
    if (channel === 'jobs.list') return { ok: true, value: jobs }
    if (channel === 'jobs.log') return { ok: true, value: { lines: [], commands: [] } }
    calls.push([channel, input])
    return { ok: true, value: undefined }
  })
  vi.stubGlobal('diskwright', { invoke, on: () => () => {}, pathForFile: () => '' })
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } })
  const actions = { showJobs: () => {}, reportFailure: () => {}, chooseImages: () => {} } as unknown as AppActions
  render(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <AppActionsContext value={actions}>
          <JobsScreen selected={null} />
          <JobTray />
        </AppActionsContext>
      </QueryClientProvider>
    </MantineProvider>,
  )
  await screen.findByRole('list', { name: 'Jobs' })
  const change = (job: Job) =>
    act(async () => {
      client.setQueryData(['jobs'], (before: Job[] = []) => upsertJob(before, job))
      // The cache tells its readers in a timer of its own, which was set before this one.
      await new Promise((resolve) => setTimeout(resolve))
    })
  return { calls, change }
}

const rows = () =>
  within(screen.getByRole('list', { name: 'boot.qcow2 for three platforms' }))
    .getAllByRole('button', { name: /^(?!Move)/ })
    .map((button) => button.getAttribute('data-job'))
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }))

test('a batch stands together, with its progress, and in the order in which it runs', async () => {
  await show([...BATCH].reverse())
  expect(rows()).toEqual(['one', 'two', 'three'])
  expect(screen.getByText('0 of 3 done')).toBeTruthy()
  expect(screen.getAllByText('Waiting for the disk')).toHaveLength(2)
  const [bar] = screen.getAllByRole('progressbar', { name: 'Progress of boot.qcow2 for three platforms' })
  expect(bar?.getAttribute('aria-valuenow')).toBe('16')
  press('boot.qcow2 for three platforms')
  expect(screen.queryByRole('list', { name: 'boot.qcow2 for three platforms' })).toBeNull()
})

test('a queued job moves by its buttons and by keys, and keeps the focus', async () => {
  const { calls, change } = await show(BATCH)
  press('Move To raw up')
  await waitFor(() => expect(calls).toEqual([['jobs.move', { id: 'three', before: 'two' }]]))
  const [, two, three] = BATCH as [Job, Job, Job]
  await change({ ...three, position: 2 })
  await change({ ...two, position: 3 })
  expect(rows()).toEqual(['one', 'three', 'two'])

  const row = screen.getByRole('button', { name: /^Queued ?To raw/ })
  row.focus()
  fireEvent.keyDown(row, { key: 'ArrowDown', altKey: true })
  await waitFor(() => expect(calls.at(-1)).toEqual(['jobs.move', { id: 'three', before: null }]))
  await change({ ...three, position: 3 })
  await change({ ...two, position: 2 })
  expect(document.activeElement?.getAttribute('data-job')).toBe('three')
  expect(screen.getByText('Place 2 of 2 in the queue')).toBeTruthy()
  fireEvent.keyDown(row, { key: 'ArrowDown', altKey: true })
  fireEvent.keyDown(row, { key: 'ArrowUp' })
  fireEvent.keyDown(row, { key: 'ArrowUp', altKey: true })
  await waitFor(() => expect(calls.slice(2)).toEqual([['jobs.move', { id: 'three', before: 'two' }]]))
})

test('a queued job is dragged to the place of another one', async () => {
  const { calls } = await show(BATCH)
  const [, two, three] = screen.getAllByRole('listitem').filter((item) => item.querySelector(':scope > [data-job]') !== null) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ]
  const dataTransfer = { setData: () => {}, effectAllowed: '', dropEffect: '' }
  fireEvent.dragStart(three, { dataTransfer })
  // Without this the page takes no drop.
  expect(fireEvent.dragOver(two, { dataTransfer })).toBe(false)
  fireEvent.drop(two, { dataTransfer })
  await waitFor(() => expect(calls).toEqual([['jobs.move', { id: 'three', before: 'two' }]]))
})

test('a batch and each of its jobs are paused, resumed and cancelled', async () => {
  const { calls, change } = await show(BATCH)
  const ofBatch = screen.getAllByRole('button', { name: 'Pause boot.qcow2 for three platforms' })
  // In the list, and in the tray.
  expect(ofBatch).toHaveLength(2)
  for (const button of ofBatch) {
    fireEvent.click(button)
    await waitFor(() => expect(button.hasAttribute('disabled')).toBe(false))
  }
  press('Pause To VMDK')
  press('Cancel all of boot.qcow2 for three platforms')
  await waitFor(() => expect(calls).toHaveLength(4))
  expect(calls).toEqual([
    ['jobs.pause', { ids: ['one', 'two', 'three'] }],
    ['jobs.pause', { ids: ['one', 'two', 'three'] }],
    ['jobs.pause', { ids: ['one'] }],
    ['jobs.cancelBatch', { batch: 'b' }],
  ])
  for (const job of BATCH) await change({ ...job, paused: true, message: 'Paused' })
  // Two rows that wait, and the details of the one that runs.
  expect(screen.getAllByText('Paused')).toHaveLength(3)
  expect(screen.getAllByText('50 % · paused').length).toBeGreaterThan(0)
  press('Resume all jobs')
  await waitFor(() => expect(calls.at(-1)).toEqual(['jobs.resume', { ids: ['three', 'two', 'one'] }]))
})

test('what failed of a batch is tried again; what a crash interrupted is run again', async () => {
  const ended = BATCH.map((job, index) => ({
    ...job,
    state: index === 0 ? ('succeeded' as const) : ('interrupted' as const),
    endedAt: job.createdAt,
  }))
  const { calls, change } = await show(ended)
  press('Run interrupted again')
  await waitFor(() => expect(calls).toEqual([['jobs.retryFailed', { batch: 'b' }]]))
  const [, two] = ended as [Job, Job, Job]
  await change({ ...two, state: 'failed' })
  expect(screen.getByRole('button', { name: 'Retry failed' })).toBeTruthy()
  await change({ ...two, id: 'again', state: 'succeeded', createdAt: '2026-02-01T00:00:00.000Z', position: 9 })
  expect(screen.getByText('Failed · tried again')).toBeTruthy()
  // In the list, and in the tray.
  expect(screen.getAllByText('2 of 3 done · 1 failed')).toHaveLength(2)
})
