// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BootEntry } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { type AppActions, AppActionsContext } from '../../components/app-actions.js'
import { useEditStore } from '../edits/edit-store.js'
import { BootEntries } from './boot-entries.js'

const PATH = '/images/boot.qcow2'

function entry(id: string, args: string[]): BootEntry {
  return sampleEntry({
    id,
    path: `/loader/entries/${id}.conf`,
    realPath: `/loader.1/entries/${id}.conf`,
    title: `System ${id}`,
    args,
    isDefault: id === 'one',
  })
}

const ONE = entry('one', ['rw', 'console=ttyS0', 'ignition.platform.id=qemu'])
const TWO = entry('two', ['ignition.platform.id=qemu', 'quiet'])

const ACTIONS: AppActions = {
  chooseImages: vi.fn(),
  openImages: vi.fn(),
  closeImage: vi.fn(),
  showTab: vi.fn(),
  convert: vi.fn(),
  save: vi.fn(),
  chooseRecipe: vi.fn(),
  showJobs: vi.fn(),
  showTools: vi.fn(),
  showSettings: vi.fn(),
  reportFailure: vi.fn(),
}

function show(scope: 'one' | 'all' = 'one') {
  return render(
    <MantineProvider>
      <AppActionsContext value={ACTIONS}>
        <BootEntries path={PATH} entries={[ONE, TWO]} current={ONE} scope={scope} partitionLabel={() => 'boot'} onSelect={vi.fn()} />
      </AppActionsContext>
    </MantineProvider>,
  )
}

const staged = () =>
  (useEditStore.getState().byPath[PATH]?.present ?? []).map((edit) => (edit.kind === 'kernel-args' ? [edit.entry, ...edit.changes] : []))

beforeEach(() => useEditStore.setState({ byPath: {} }))
afterEach(cleanup)

test('a chip is edited in its place: Enter stages one replacement, and both stay visible', () => {
  show()
  fireEvent.click(screen.getByRole('button', { name: 'ignition.platform.id=qemu. Edit' }))
  const box = screen.getByRole('textbox', { name: 'Edit ignition.platform.id=qemu' })
  fireEvent.change(box, { target: { value: 'ignition.platform.id=vmware' } })
  fireEvent.keyDown(box, { key: 'Enter' })
  expect(staged()).toEqual([['one', { op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }]])
  expect(screen.getByRole('button', { name: 'ignition.platform.id=vmware, added. Edit' })).toBeDefined()
  expect(screen.getByRole('button', { name: 'Put ignition.platform.id=qemu back' })).toBeDefined()
})

test('the key that applies a chip does nothing else, and the focus stays on the chip', () => {
  show()
  fireEvent.click(screen.getByRole('button', { name: 'ignition.platform.id=qemu. Edit' }))
  const box = screen.getByRole('textbox', { name: 'Edit ignition.platform.id=qemu' })
  fireEvent.change(box, { target: { value: 'ignition.platform.id=vmware' } })
  expect(fireEvent.keyDown(box, { key: 'Enter' })).toBe(false)
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'ignition.platform.id=vmware, added. Edit' }))
})

test('Escape leaves the argument as it was', () => {
  show()
  fireEvent.click(screen.getByRole('button', { name: 'rw. Edit' }))
  const box = screen.getByRole('textbox', { name: 'Edit rw' })
  fireEvent.change(box, { target: { value: 'ro' } })
  fireEvent.keyDown(box, { key: 'Escape' })
  expect(staged()).toEqual([])
})

test('Delete removes, and putting it back leaves nothing staged', () => {
  show()
  fireEvent.keyDown(screen.getByRole('button', { name: 'console=ttyS0. Edit' }), { key: 'Delete' })
  expect(staged()).toEqual([['one', { op: 'delete', arg: 'console=ttyS0' }]])
  fireEvent.click(screen.getByRole('button', { name: 'Put console=ttyS0 back' }))
  expect(staged()).toEqual([])
})

test('for all entries, an argument goes from each that holds it', () => {
  show('all')
  fireEvent.click(screen.getByRole('button', { name: 'Remove ignition.platform.id=qemu' }))
  expect(staged()).toEqual([
    ['one', { op: 'delete', arg: 'ignition.platform.id=qemu' }],
    ['two', { op: 'delete', arg: 'ignition.platform.id=qemu' }],
  ])
})

test('an open quote is said in place and not staged; a closed one is', () => {
  show()
  const box = screen.getByRole('textbox', { name: 'Add an argument' })
  fireEvent.change(box, { target: { value: 'dyndbg="file x' } })
  fireEvent.keyDown(box, { key: 'Enter' })
  expect(staged()).toEqual([])
  fireEvent.change(box, { target: { value: 'dyndbg="file x" rd.break' } })
  fireEvent.keyDown(box, { key: 'Enter' })
  expect(staged()).toEqual([
    ['one', { op: 'append', arg: 'dyndbg="file x"' }],
    ['one', { op: 'append', arg: 'rd.break' }],
  ])
})

test('the text follows the chips, and what is typed in it is staged', () => {
  show()
  const text = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Edit as text' })
  expect(text.value).toBe('rw console=ttyS0 ignition.platform.id=qemu')
  fireEvent.focus(text)
  fireEvent.change(text, { target: { value: 'rw console=ttyS0' } })
  expect(staged()).toEqual([['one', { op: 'delete', arg: 'ignition.platform.id=qemu' }]])
})
