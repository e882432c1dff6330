// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { renderInApp, sampleActions } from '../boot-entries/testing/sample-core.js'
import { sampleJob } from '../jobs/testing/sample-jobs.js'
import { RepairPanel } from './repair-panel.js'

afterEach(cleanup)
vi.setConfig({ testTimeout: 30_000 })

test('a repair writes where the user says, and its result takes the place of the damaged image', async () => {
  const calls: [string, unknown][] = []
  const ok = (value: unknown) => ({ ok: true, value })
  const done = sampleJob({ id: 'r', state: 'succeeded', output: { path: '/else/mine.qcow2', bytes: 1, proofs: [] } })
  const invoke = vi.fn(async (channel: string, input: unknown) => {
    calls.push([channel, input])
    if (channel === 'outputs.suggest') return { ok: false, error: new AppError('folder-not-writable').data }
    if (channel === 'outputs.choose') return ok({ path: '/else/mine.qcow2', replace: true })
    if (channel === 'jobs.start') return ok(done)
    if (channel === 'jobs.list') return ok([done])
    if (channel === 'jobs.log') return ok({ lines: [], commands: [] })
    return ok(undefined)
  })
  vi.stubGlobal('diskwright', { invoke, on: () => () => {}, pathForFile: () => '' })
  const actions = { ...sampleActions(), openImages: vi.fn(), closeImage: vi.fn() }
  renderInApp(<RepairPanel path="/images/broken.qcow2" />, actions)

  // The folder of the image cannot be written to: there is no name until one is chosen.
  expect(await screen.findByRole('alert')).toBeTruthy()
  const start = screen.getByRole('button', { name: 'Repair a copy and open it' })
  expect(start).toHaveProperty('disabled', true)
  expect(actions.openImages).not.toHaveBeenCalled()
  fireEvent.click(screen.getByRole('button', { name: 'Repaired copy: choose another place' }))
  await waitFor(() => expect(start).toHaveProperty('disabled', false))
  expect(screen.queryByRole('alert')).toBeNull()
  fireEvent.click(start)
  await waitFor(() =>
    expect(calls.find(([channel]) => channel === 'jobs.start')?.[1]).toMatchObject({
      kind: 'repair-image',
      input: { source: '/images/broken.qcow2', output: '/else/mine.qcow2', replace: true },
    }),
  )
  await waitFor(() => expect(actions.openImages).toHaveBeenCalledWith(['/else/mine.qcow2']))
  expect(actions.closeImage).toHaveBeenCalledWith('/images/broken.qcow2')
})
