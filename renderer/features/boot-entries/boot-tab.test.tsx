// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BootEntry, BootReport } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import type { Edit } from '#shared/edits/edit'
import { useEditStore } from '../edits/edit-store.js'
import { BootTab } from './boot-tab.js'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from './testing/sample-core.js'

function entry(id: string, args: string[], more: Partial<BootEntry> = {}): BootEntry {
  const path = `/loader/entries/${id}.conf`
  return sampleEntry({ id, path, realPath: path, title: `System ${id}`, args, isDefault: id === 'one', ...more })
}

const ONE = entry('one', ['rw', 'console=ttyS0', 'ignition.platform.id=qemu'])
const TWO = entry('two', ['ignition.platform.id=qemu', 'quiet'])
const ACTIONS = sampleActions()

async function show(report: BootReport = sampleReport([ONE, TWO])) {
  const core = sampleCore(report)
  renderInApp(<BootTab path={PATH} partitionLabel={() => 'boot'} onShowFiles={vi.fn()} />, ACTIONS)
  await screen.findByRole('region', { name: 'Target platform' })
  return core
}

const edits = () => useEditStore.getState().byPath[PATH]?.present ?? []
const staged = () => edits().map((edit: Edit) => (edit.kind === 'kernel-args' ? [edit.entry, ...edit.changes] : edit.kind))
const chip = (name: string) => screen.getByRole('button', { name })
const menuItem = async (entryTitle: string, item: string) => {
  fireEvent.click(screen.getByRole('button', { name: `Actions of ${entryTitle}` }))
  fireEvent.click(await screen.findByRole('menuitem', { name: item }))
}

beforeEach(() => useEditStore.setState({ byPath: {} }))
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.clearAllMocks()
})

test('a chip is edited in its place: Enter stages one replacement at once, and both stay visible', async () => {
  await show()
  fireEvent.click(chip('ignition.platform.id=qemu. Edit'))
  const box = screen.getByRole('textbox', { name: 'Edit ignition.platform.id=qemu' })
  fireEvent.change(box, { target: { value: 'ignition.platform.id=vmware' } })
  // The key that applies a chip does nothing else
  expect(fireEvent.keyDown(box, { key: 'Enter' })).toBe(false)
  expect(staged()).toEqual([['one', { op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' }]])
  expect(document.activeElement).toBe(chip('ignition.platform.id=vmware, added. Edit'))
  expect(chip('Put ignition.platform.id=qemu back')).toBeDefined()
})

test('Escape leaves the argument as it was', async () => {
  await show()
  fireEvent.click(chip('rw. Edit'))
  const box = screen.getByRole('textbox', { name: 'Edit rw' })
  fireEvent.change(box, { target: { value: 'ro' } })
  fireEvent.keyDown(box, { key: 'Escape' })
  expect(staged()).toEqual([])
})

test('Delete removes, and putting it back leaves nothing staged', async () => {
  await show()
  fireEvent.keyDown(chip('console=ttyS0. Edit'), { key: 'Delete' })
  expect(staged()).toEqual([['one', { op: 'delete', arg: 'console=ttyS0' }]])
  fireEvent.click(chip('Put console=ttyS0 back'))
  expect(staged()).toEqual([])
})

test('Alt and an arrow move an argument within its group, and the focus goes with it', async () => {
  await show(sampleReport([entry('one', ['console=ttyS0', 'rw', 'console=tty0'])]))
  fireEvent.keyDown(chip('console=tty0. Edit'), { key: 'ArrowLeft', altKey: true })
  expect(staged()).toEqual([['one', { op: 'set', args: ['console=tty0', 'console=ttyS0', 'rw'] }]])
  expect(document.activeElement).toBe(chip('console=tty0, moved. Edit'))
  expect(screen.getByText('console=tty0: place 1 of 3')).toBeDefined()
  fireEvent.keyDown(chip('console=tty0, moved. Edit'), { key: 'ArrowLeft', altKey: true })
  expect(staged()).toHaveLength(1)
})

test('for all entries, one edit says it, and putting the argument back takes it out again', async () => {
  await show()
  fireEvent.click(screen.getByRole('radio', { name: 'Both entries' }))
  fireEvent.click(chip('Remove ignition.platform.id=qemu'))
  expect(staged()).toEqual([['*', { op: 'delete', arg: 'ignition.platform.id=qemu' }]])
  fireEvent.click(await screen.findByRole('button', { name: 'Put ignition.platform.id=qemu back' }))
  expect(staged()).toEqual([])
})

test('own changes are worked out from what the edits before them leave, and stand behind them', async () => {
  await show()
  fireEvent.click(chip('Remove rw'))
  useEditStore.getState().stage(PATH, [...edits(), { kind: 'kernel-args', entry: '*', changes: [{ op: 'append', arg: 'debug' }] }])
  await screen.findByRole('button', { name: 'debug, added. Edit' })
  fireEvent.click(chip('Remove console=ttyS0'))
  await waitFor(() =>
    expect(staged()).toEqual([
      ['*', { op: 'append', arg: 'debug' }],
      ['one', { op: 'delete', arg: 'rw' }],
      ['one', { op: 'delete', arg: 'console=ttyS0' }],
    ]),
  )
  expect(chip('debug, added. Edit')).toBeDefined()
})

test('an open quote is said in place and not staged; a closed one is', async () => {
  await show()
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

test('a mistyped name is told while it is typed, and taken with a click', async () => {
  await show()
  const box = screen.getByRole<HTMLInputElement>('textbox', { name: 'Add an argument' })
  fireEvent.change(box, { target: { value: 'quiet ignition.platfrom.id=aws' } })
  fireEvent.click(screen.getByRole('button', { name: 'ignition.platform.id=aws' }))
  expect(box.value).toBe('quiet ignition.platform.id=aws')
  expect(staged()).toEqual([])
})

test('the key A leads to the box, but not out of another one', async () => {
  await show()
  fireEvent.keyDown(chip('rw. Edit'), { key: 'a' })
  const box = screen.getByRole('textbox', { name: 'Add an argument' })
  expect(document.activeElement).toBe(box)
  const text = screen.getByRole('textbox', { name: 'Edit as text' })
  text.focus()
  fireEvent.keyDown(text, { key: 'a' })
  expect(document.activeElement).toBe(text)
})

test('the text follows the chips, and what is typed in it is staged', async () => {
  await show()
  const text = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Edit as text' })
  expect(text.value).toBe('rw console=ttyS0 ignition.platform.id=qemu')
  fireEvent.focus(text)
  fireEvent.change(text, { target: { value: 'rw console=ttyS0' } })
  expect(staged()).toEqual([['one', { op: 'delete', arg: 'ignition.platform.id=qemu' }]])
})

test('a problem of the line is mended with one click', async () => {
  await show(sampleReport([entry('one', ['quiet', 'rw', 'quiet'])]))
  const note = screen.getByText(/quiet stands there 2 times/).closest('div')?.parentElement as HTMLElement
  fireEvent.click(within(note).getByRole('button', { name: /^(Fix|Remove quiet)/ }))
  expect(staged()).toEqual([['one', { op: 'delete', arg: 'quiet', index: 0 }]])
})

test('an entry is renamed, and what it was called is still told', async () => {
  await show()
  await menuItem('System one', 'Rename…')
  const dialog = await screen.findByRole('dialog')
  fireEvent.change(within(dialog).getByRole('textbox', { name: 'Title in the boot menu' }), { target: { value: 'Mine' } })
  fireEvent.click(within(dialog).getByRole('button', { name: 'Rename' }))
  const card = await screen.findByRole('article', { name: 'Boot entry Mine' })
  expect(edits()).toEqual([{ kind: 'entry-title', entry: 'one', title: 'Mine' }])
  expect(card.textContent).toContain('Was called System one')
})

test('a removed entry stays in sight and can be put back', async () => {
  await show()
  await menuItem('System one', 'Remove')
  const card = await screen.findByRole('article', { name: 'Boot entry System one, removed' })
  expect(screen.getByRole('article', { name: 'Boot entry System two' })).toBeDefined()
  fireEvent.click(within(card).getByRole('button', { name: 'Put back' }))
  expect(edits()).toEqual([])
})

test('what does not fit the image is said and not staged', async () => {
  await show()
  await menuItem('System one', 'Move up in the menu')
  await waitFor(() => expect(ACTIONS.reportFailure).toHaveBeenCalledOnce())
  expect(edits()).toEqual([])
})

test('a staged edit that no longer fits is told where it can be undone', async () => {
  useEditStore.getState().stage(PATH, [{ kind: 'kernel-args', entry: 'gone', changes: [{ op: 'append', arg: 'x' }] }])
  await show()
  fireEvent.click(await screen.findByRole('button', { name: 'Undo it' }))
  expect(edits()).toEqual([])
})

test('a note of the report is mended with one click', async () => {
  const fix: Edit = { kind: 'keep-kernel-args', changes: [{ op: 'append', arg: 'quiet' }] }
  const note = {
    code: 'lost-on-update',
    severity: 'info',
    entry: 'one',
    file: null,
    text: 'The next update leaves out quiet',
    fix: [fix],
  } as const
  await show(sampleReport([ONE], { notes: [{ ...note, fix: [fix] }] }))
  fireEvent.click(screen.getByRole('button', { name: 'Make it stick' }))
  await waitFor(() => expect(edits()).toEqual([fix]))
})

test('where arguments stand that others take too is told with the chip', async () => {
  const source = { file: '2:/grub2/grubenv', what: 'kernelopts', shared: true }
  const shared = entry('one', ['root=/dev/sda1', 'quiet'], { origins: [0, 1], sources: [ONE.sources[0] ?? source, source] })
  await show(sampleReport([shared, { ...shared, id: 'two', isDefault: false }]))
  fireEvent.mouseEnter(chip('quiet. Edit'))
  const tip = await screen.findByRole('tooltip')
  expect(tip.textContent).toContain('Comes from kernelopts in /grub2/grubenv, shared by 2 entries')
})

test('many entries are searched', async () => {
  await show(sampleReport(Array.from({ length: 30 }, (_, index) => entry(index === 0 ? 'one' : `e${index}`, ['rw', `n=${index}`]))))
  expect(screen.getAllByRole('article')).toHaveLength(30)
  fireEvent.change(screen.getByRole('textbox', { name: 'Search boot entries' }), { target: { value: 'n=17' } })
  await waitFor(() => expect(screen.getAllByRole('article')).toHaveLength(1))
  expect(screen.getByRole('article', { name: 'Boot entry System e17' })).toBeDefined()
})

test('no entries: it says what was looked for, and what there is', async () => {
  await show(sampleReport([], { searched: ['2:/loader/entries'] }))
  expect(screen.getByText('No boot entries found')).toBeDefined()
  expect(screen.getByText('2:/loader/entries')).toBeDefined()
})
