// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CallInput } from '#shared/contract'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import type { Finding, HealthReport } from '#shared/health/finding'
import type { ImageInfo } from '#shared/images/image-info'
import { type AppActions, AppActionsContext } from '../../components/app-actions.js'
import { useEditStore } from '../edits/edit-store.js'
import { useTargetStore } from '../platforms/target-store.js'
import { useFixStore } from './fix-store.js'
import { HealthTab } from './health-tab.js'

const PATH = '/images/boot.qcow2'
const INFO = { path: PATH, name: 'boot.qcow2', ignitionPlatform: 'vmware' } as ImageInfo
const ESP: Edit = { kind: 'set-partition-type', partition: 1, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' }
const RETARGET: Edit = { kind: 'retarget', platform: 'vmware' }
const ACTIONS = { showTab: vi.fn(), reportFailure: vi.fn() } as unknown as AppActions

const BASE: Finding = {
  id: '',
  check: '',
  group: 'disk',
  severity: 'pass',
  title: '',
  text: 'What follows.',
  evidence: [],
  fix: [],
  fixLabel: null,
  platformSpecific: false,
}
const WRONG_TYPE: Finding = {
  ...BASE,
  id: 'esp-type:1',
  severity: 'error',
  title: 'The ESP has the wrong type',
  evidence: ['partition 1: EVIL\u202e'],
  fix: [ESP],
  fixLabel: 'Set the type',
}
const CONSOLE: Finding = {
  ...BASE,
  id: 'console',
  severity: 'warning',
  title: 'Console',
  fix: [RETARGET],
  fixLabel: 'Retarget',
  group: 'platform',
}
const UNMENDED: Finding = { ...BASE, id: 'kernel', severity: 'warning', title: 'The kernel is missing', group: 'boot' }
const PASSES: Finding = { ...BASE, id: 'table', title: 'Partition table' }

const bridge = vi.fn<(channel: string, input: unknown) => Promise<unknown>>()

/** As the core would: what a staged edit mends is no finding. */
function check({ platform, edits, initramfs }: CallInput<'health.check'>): HealthReport {
  const has = (edit: Edit) => edits.some((other) => other.kind === edit.kind)
  const findings = [...(has(ESP) ? [] : [WRONG_TYPE]), ...(platform === null || has(RETARGET) ? [] : [CONSOLE]), UNMENDED, PASSES]
  const amount = (severity: string) => findings.filter((finding) => finding.severity === severity).length
  const counts = { error: amount('error'), warning: amount('warning'), info: 0, pass: amount('pass') }
  return { platform, findings, counts, initramfs, elapsedMs: 1 }
}

function show() {
  return render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })}>
      <MantineProvider>
        <AppActionsContext value={ACTIONS}>
          <HealthTab info={INFO} />
        </AppActionsContext>
      </MantineProvider>
    </QueryClientProvider>,
  )
}

const staged = () => useEditStore.getState().byPath[PATH]?.present ?? []

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  useFixStore.setState({ byPath: {} })
  useTargetStore.setState({ byPath: {} })
  bridge.mockReset()
  bridge.mockImplementation(async (channel, input) => ({ ok: true, value: channel === 'health.check' ? check(input as never) : undefined }))
  Object.assign(window, { diskwright: { invoke: bridge, on: () => () => undefined, pathForFile: () => '' } })
})
afterEach(cleanup)

test('the image says what it is for; findings stand by gravity, the initial RAM disk is asked for in the end', async () => {
  show()
  await screen.findByText('1 of 4 checks pass for VMware ESXi / vSphere')
  expect(within(screen.getByRole('region', { name: 'Errors' })).getByText('The ESP has the wrong type')).toBeDefined()
  expect(within(screen.getByRole('region', { name: 'Warnings' })).getAllByRole('article')).toHaveLength(2)
  await waitFor(() => expect(bridge.mock.calls.map(([, input]) => (input as { initramfs: boolean }).initramfs)).toEqual([false, true]))
})

test('words of the image are shown with what they hide', async () => {
  show()
  expect(await screen.findByText('partition 1: EVIL\\u{202e}')).toBeDefined()
})

test('a fix is staged, its finding stays in its place as fixed, and is undone there', async () => {
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Stage fix: Set the type' }))
  expect(staged()).toEqual([ESP])
  await screen.findByText('1 of 3 checks pass for VMware ESXi / vSphere')
  const errors = screen.getByRole('region', { name: 'Errors' })
  expect(within(errors).getByText('1 fixed by staged edits')).toBeDefined()
  expect(within(errors).getByText('Fix staged')).toBeDefined()
  fireEvent.click(within(errors).getByRole('button', { name: 'Undo fix: Set the type' }))
  expect(staged()).toEqual([])
  expect(await screen.findByRole('button', { name: 'Stage fix: Set the type' })).toBeDefined()
})

test('all fixes at once are one step of undo, and then the edits can be reviewed', async () => {
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Stage all 2 fixes' }))
  expect(staged()).toEqual([ESP, RETARGET])
  fireEvent.click(await screen.findByRole('button', { name: 'Review 2 staged edits' }))
  expect(ACTIONS.showTab).toHaveBeenCalledWith(PATH, 'edits')
  useEditStore.getState().undo(PATH)
  expect(staged()).toEqual([])
})

test('a fix that does not settle its finding says so', async () => {
  bridge.mockImplementation(async (_, input) => ({ ok: true, value: check({ ...(input as CallInput<'health.check'>), edits: [] }) }))
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Stage fix: Set the type' }))
  expect(await screen.findByText('Fix staged, still found')).toBeDefined()
})

test('another platform is asked about and kept for the image', async () => {
  useTargetStore.getState().choose(PATH, null)
  show()
  expect(await screen.findByText('1 of 3 checks pass')).toBeDefined()
  expect(screen.getByText(/Choose a platform/)).toBeDefined()
  fireEvent.click(screen.getByRole('combobox', { name: 'Platform' }))
  fireEvent.click(await screen.findByText('Amazon Web Services'))
  expect(useTargetStore.getState().byPath[PATH]).toBe('aws')
  expect(await screen.findByText(/^1 of 4 checks pass for Amazon Web Services$/)).toBeDefined()
})

test('the report is copied as text', async () => {
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Copy report' }))
  await waitFor(() => expect(bridge.mock.calls.some(([channel]) => channel === 'host.copy')).toBe(true))
  const [, input] = bridge.mock.calls.find(([channel]) => channel === 'host.copy') ?? []
  expect((input as { text: string }).text).toContain('ERROR (disk): The ESP has the wrong type')
})

test('what fails is told, with the staged edits as a way out', async () => {
  useEditStore.getState().stage(PATH, [ESP])
  const error = new AppError('image-changed', { details: { path: PATH } }).data
  bridge.mockImplementation(async () => ({ ok: false, error }))
  show()
  expect(await screen.findByRole('alert')).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Show the staged edits' }))
  expect(ACTIONS.showTab).toHaveBeenCalledWith(PATH, 'edits')
})

test('an image about which nothing can be said leads to its files', async () => {
  bridge.mockImplementation(async () => ({
    ok: true,
    value: { platform: null, findings: [], counts: { error: 0, warning: 0, info: 0, pass: 0 }, initramfs: true, elapsedMs: 1 },
  }))
  show()
  fireEvent.click(await screen.findByRole('button', { name: 'Look at its files' }))
  expect(ACTIONS.showTab).toHaveBeenCalledWith(PATH, 'files')
})
