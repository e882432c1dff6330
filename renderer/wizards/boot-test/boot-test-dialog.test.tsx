// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BootEntry } from '#shared/boot/boot-entry'
import type { ImageInfo } from '#shared/images/image-info'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from '../../features/boot-entries/testing/sample-core.js'
import { useBootTestStore } from '../../features/boot-test/boot-test-store.js'
import { sampleTest } from '../../features/boot-test/testing/sample-boot-test.js'
import { useEditStore } from '../../features/edits/edit-store.js'
import { BootTestDialog } from './boot-test-dialog.js'

const ENTRY = { id: 'a', title: 'Sample', args: ['root=x'], isDefault: true, enabled: true } as unknown as BootEntry

function open(info: Partial<ImageInfo> = {}) {
  const actions = sampleActions()
  const onClose = vi.fn()
  const { invoke } = sampleCore(sampleReport([ENTRY]), {
    'images.inspect': () => ({ path: PATH, revision: 'r1', ...info }) as never,
    'jobs.start': () => sampleTest({ id: 'fresh' }),
    'files.chooseHost': () => ({ files: [{ path: '/isos/rescue.iso', relative: 'rescue.iso', sizeBytes: 1, executable: false }] }) as never,
  })
  renderInApp(<BootTestDialog path={PATH} onClose={onClose} />, actions)
  return { actions, invoke, onClose }
}
const run = () => screen.findByRole<HTMLButtonElement>('button', { name: 'Run boot test' })

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  useBootTestStore.setState(useBootTestStore.getInitialState(), true)
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('one click runs it with what is staged, and goes to the test', async () => {
  const edits = [{ kind: 'kernel-args', entry: 'a', changes: [{ op: 'append', arg: 'x=1' }] }] as const
  useEditStore.getState().stage(PATH, edits as never)
  const { actions, invoke, onClose } = open()
  fireEvent.click(await run())
  await waitFor(() => expect(actions.showBootTest).toHaveBeenCalledWith(PATH, 'fresh'))
  expect(screen.getByText('Boots the image with its staged edit')).toBeTruthy()
  expect(onClose).toHaveBeenCalled()
  expect(invoke).toHaveBeenCalledWith('jobs.start', {
    kind: 'test-boot',
    input: expect.objectContaining({
      source: PATH,
      revision: 'r1',
      edits,
      append: ['console=ttyS0,115200n8'],
      expect: { ready: ['login', 'cmdline'], patterns: [], timeoutSeconds: 600 },
    }),
  })
  expect(useBootTestStore.getState().choices[PATH]?.append).toBe('console=ttyS0,115200n8')
})

test('without anything to wait for it is not run; an expression is enough, when it is one', async () => {
  open()
  const button = await run()
  expect(screen.getByText('Boots the image as it is on disk')).toBeTruthy()
  fireEvent.click(screen.getByRole('checkbox', { name: 'A login prompt' }))
  expect(screen.getByText(/Say what the guest has to reach/)).toBeTruthy()
  expect(button.disabled).toBe(true)
  const lines = screen.getByRole('textbox', { name: 'And lines that match' })
  fireEvent.change(lines, { target: { value: '(' } })
  expect(button.disabled).toBe(true)
  fireEvent.change(lines, { target: { value: '^ready' } })
  expect(button.disabled).toBe(false)
})

test('what is seldom needed is folded, and asked for as it was set', async () => {
  const { invoke } = open()
  await run()
  fireEvent.click(screen.getByRole('button', { name: 'Put an ISO in the drive…' }))
  expect(await screen.findByRole('checkbox', { name: 'Boot it first' })).toBeTruthy()
  fireEvent.change(screen.getByLabelText('cloud-init: user data'), { target: { value: '#cloud-config' } })
  fireEvent.click(screen.getByLabelText('Ignition: from a file'))
  expect(await screen.findByLabelText('Ignition: without the file')).toBeTruthy()
  expect(screen.getByText('2 given')).toBeTruthy()
  fireEvent.click(screen.getByRole('checkbox', { name: 'Stay on after the verdict' }))
  fireEvent.click(await run())
  await waitFor(() => expect(useBootTestStore.getState().started).toHaveProperty('fresh'))
  expect(invoke).toHaveBeenCalledWith('jobs.start', {
    kind: 'test-boot',
    input: expect.objectContaining({
      seed: { cloudInit: { userData: { text: '#cloud-config' } }, ignition: { file: '/isos/rescue.iso' } },
      cdrom: { path: '/isos/rescue.iso', bootFirst: true },
      stayOn: true,
    }),
  })
})

test('an image for 64-bit ARM is offered what machines of ARM have, and no serial port of x86-64', async () => {
  const { invoke } = open({ arch: 'aarch64', firmware: 'uefi', name: 'disk.qcow2' })
  await run()
  const offered = (label: string) => {
    fireEvent.click(screen.getByRole('combobox', { name: label, hidden: true }))
    const list = document.getElementById(screen.getByRole('combobox', { name: label, hidden: true }).getAttribute('aria-controls') ?? '')
    return [...(list?.querySelectorAll('[role=option]') ?? [])].map((option) => option.textContent)
  }
  expect(offered('Disk bus')).toEqual(['Usual (virtio)', 'virtio', 'SCSI', 'NVMe', 'USB'])
  expect(offered('Firmware')).toEqual(['Automatic', 'UEFI', 'UEFI with secure boot'])
  expect(offered('Processor')).toEqual(['As the image (64-bit ARM)', 'x86-64', '64-bit ARM'])
  fireEvent.click(await run())
  await waitFor(() => expect(useBootTestStore.getState().started).toHaveProperty('fresh'))
  const started = invoke.mock.calls.find(([name]) => name === 'jobs.start')?.[1] as { input: { append: string[]; machine: object } }
  expect([started.input.append, Object.keys(started.input.machine)]).toEqual([[], ['firmware', 'memoryBytes', 'cpus', 'network']])
})
