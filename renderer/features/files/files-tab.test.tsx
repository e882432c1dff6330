// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Envelope } from '#shared/contract'
import type { FilesystemKind, ImageInfo, Partition } from '#shared/images/image-info'
import type { GuestListing, GuestRow, RowFacts } from '#shared/images/guest-listing'
import { AppError } from '#shared/errors/app-error'
import { type AppActions, AppActionsContext } from '../../components/app-actions.js'
import { useEditStore } from '../edits/edit-store.js'
import { FilesTab } from './files-tab.js'
import { useFilesViewStore } from './files-view.js'

const PATH = '/images/boot.qcow2'
const TREE = { root: { partition: 2, prefix: '' }, ostree: null, mounts: [], osRelease: {}, unresolved: [] }

function partition(number: number, kind: FilesystemKind): Partition {
  const filesystem = { kind, type: kind, label: null, uuid: null, usedBytes: null }
  return { number, startBytes: 0, sizeBytes: number, type: null, typeName: 'Linux', name: null, bootable: false, isEsp: false, filesystem }
}

const INFO = {
  path: PATH,
  revision: 'r',
  osName: 'Some Linux',
  partitions: [partition(1, 'luks'), partition(2, 'xfs'), partition(3, 'iso9660')],
}

const row = (name: string, more: Partial<GuestRow> = {}): GuestRow => ({ name, kind: 'file', sizeBytes: 10, state: 'same', ...more })
const ROWS = [
  row('etc', { kind: 'folder', sizeBytes: null }),
  row('boot', { kind: 'folder', sizeBytes: null, mount: { at: '/boot', partition: 1, prefix: '', source: 'fstab' } }),
  row('motd'),
  row('\u202egpj.exe'),
  row('link', { kind: 'link', sizeBytes: null }),
  row('old', { state: 'removed' }),
  row('added', { state: 'new' }),
]

/** Answers of the core by channel; a test puts its own in. */
let answers: Record<string, (input: never) => unknown>
let calls: { channel: string; input: unknown }[]

beforeEach(() => {
  useEditStore.setState({ byPath: {} })
  useFilesViewStore.setState({ byPath: {} })
  calls = []
  answers = {
    'files.tree': () => TREE,
    'files.list': ({ where }: { where: { path: string } }): GuestListing => ({
      partition: 2,
      path: where.path,
      osPath: where.path,
      rows: where.path === '/' ? ROWS : [row('fstab')],
    }),
    'files.facts': ({ names }: { names: string[] }): RowFacts[] =>
      names.map((name) => ({
        name,
        kind: name === 'link' ? 'link' : 'file',
        mode: 0o644,
        uid: 0,
        gid: 7,
        sizeBytes: 10,
        mtime: 0,
        linkTarget: name === 'link' ? 'nowhere' : null,
        leadsTo: name === 'link' ? 'nothing' : null,
      })),
  }
  // The list draws what it has room for, which happy-dom does not tell
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(900)
  vi.stubGlobal('diskwright', {
    invoke: async (channel: string, input: unknown): Promise<Envelope> => {
      calls.push({ channel, input })
      try {
        return { ok: true, value: await answers[channel]?.(input as never) }
      } catch (thrown) {
        return { ok: false, error: (thrown as AppError).data }
      }
    },
    on: () => () => {},
    pathForFile: (file: { path?: string }) => file.path ?? '',
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const ACTIONS = { reportFailure: vi.fn() } as unknown as AppActions

async function show() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <MantineProvider>
      <QueryClientProvider client={client}>
        <AppActionsContext value={ACTIONS}>
          <FilesTab info={INFO as unknown as ImageInfo} />
        </AppActionsContext>
      </QueryClientProvider>
    </MantineProvider>,
  )
  return screen.findByRole('grid')
}

const named = (name: RegExp) => screen.getByRole('row', { name })
const staged = () => useEditStore.getState().byPath[PATH]?.present ?? []

test('the system first: folders before files, mounts, broken links and staged states in words, hidden characters shown', async () => {
  await show()
  await waitFor(() => expect(named(/link/).textContent).toContain('broken link'))
  expect(screen.getAllByRole('row').map((one) => within(one).queryAllByRole('gridcell')[0]?.textContent ?? '')).toEqual([
    '',
    'bootpartition 1',
    'etc',
    'addednew',
    '\\u{202e}gpj.exe',
    'link→ nowherebroken link',
    'motd',
    'oldremoved',
  ])
  expect(named(/motd/).textContent).toContain('-rw-r--r--0:71970-01-01 00:00')
})

test('keys walk and select; Delete stages what was chosen, but neither mounts nor what is removed; undo is the edit list’s', async () => {
  const grid = await show()
  fireEvent.keyDown(grid, { key: 'm' })
  expect(named(/motd/).getAttribute('aria-selected')).toBe('true')
  fireEvent.keyDown(grid, { key: 'Delete' })
  expect(staged()).toEqual([{ kind: 'remove-file', path: '/motd' }])
  fireEvent.keyDown(grid, { key: 'a', ctrlKey: true })
  fireEvent.keyDown(grid, { key: 'Delete' })
  expect(staged().map((edit) => 'path' in edit && edit.path)).toEqual(['/motd', '/etc', '/added', '/\u202egpj.exe', '/link', '/motd'])
})

test('Enter goes into a folder, Backspace leaves it and stands on it', async () => {
  const grid = await show()
  fireEvent.keyDown(grid, { key: 'ArrowDown' })
  fireEvent.keyDown(grid, { key: 'Enter' })
  const inner = await screen.findByRole('grid', { name: 'Content of /etc' })
  await screen.findByRole('row', { name: /fstab/ })
  fireEvent.keyDown(inner, { key: 'Backspace' })
  await screen.findByRole('grid', { name: 'Content of /' })
  expect(named(/^folder etc/).getAttribute('aria-selected')).toBe('true')
})

test('dropping files adds them to the folder that shows, with what main says of them', async () => {
  answers['files.describeHost'] = ({ paths }: { paths: string[] }) => ({
    files: paths.map((path) => ({ path, relative: path.slice(6), sizeBytes: 1, executable: false, sha256: 'abc' })),
    folders: [],
    leftOut: [],
  })
  const grid = await show()
  fireEvent.drop(grid, { dataTransfer: { types: ['Files'], files: [{ path: '/host/a b' }], dropEffect: 'none' } })
  await waitFor(() => expect(staged()).toEqual([{ kind: 'write-file', path: '/a b', content: { hostFile: '/host/a b', sha256: 'abc' } }]))
})

test('a name is checked before it is staged', async () => {
  const grid = await show()
  fireEvent.keyDown(grid, { key: 'm' })
  fireEvent.keyDown(grid, { key: 'F2' })
  const box = await screen.findByRole('textbox', { name: 'Name' })
  fireEvent.change(box, { target: { value: 'added' } })
  expect(screen.getByText('There is already something of this name')).toBeDefined()
  fireEvent.change(box, { target: { value: 'motd.old' } })
  fireEvent.submit(box)
  expect(staged()).toEqual([{ kind: 'rename-file', path: '/motd', to: '/motd.old' }])
})

test('the filter leaves names with the text; none of them is said, and Enter searches everywhere', async () => {
  answers['files.search'] = () => ({ hits: [{ partition: 2, path: '/a/motd', kind: 'file', osPath: '/a/motd' }], cut: 'hits', looked: 7 })
  await show()
  const box = screen.getByRole('textbox', { name: 'Find by name' })
  fireEvent.change(box, { target: { value: 'MOT' } })
  expect(screen.getAllByRole('row')).toHaveLength(2)
  fireEvent.change(box, { target: { value: 'zzz' } })
  expect(screen.getByText('No name here has “zzz” in it')).toBeDefined()
  fireEvent.keyDown(box, { key: 'Enter' })
  fireEvent.click(await screen.findByRole('button', { name: '/a/motd' }))
  await screen.findByRole('grid', { name: 'Content of /a' })
})

test('a place that cannot be read says why, one that can only be read offers no change, a failure can be tried again', async () => {
  useFilesViewStore.getState().change(PATH, { place: 1 })
  answers['files.tree'] = () => null
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const tab = () => (
    <MantineProvider>
      <QueryClientProvider client={client}>
        <AppActionsContext value={ACTIONS}>
          <FilesTab info={INFO as unknown as ImageInfo} />
        </AppActionsContext>
      </QueryClientProvider>
    </MantineProvider>
  )
  const shown = render(tab())
  await screen.findByText('This partition is encrypted')
  answers['files.list'] = () => ({ partition: 3, path: '/', osPath: null, rows: [row('boot.cat')] })
  useFilesViewStore.getState().change(PATH, { place: 3 })
  shown.rerender(tab())
  const grid = await screen.findByRole('grid')
  expect(screen.getByText('This file system can only be read')).toBeDefined()
  fireEvent.keyDown(grid, { key: 'a', ctrlKey: true })
  fireEvent.keyDown(grid, { key: 'Delete' })
  expect(staged()).toEqual([])
  let fails = true
  answers['files.list'] = () => {
    if (fails) throw new AppError('filesystem-unreadable', { details: { partition: 2 } })
    return { partition: 2, path: '/', osPath: null, rows: [row('found')] }
  }
  useFilesViewStore.getState().change(PATH, { place: 2 })
  shown.rerender(tab())
  const again = await screen.findByRole('button', { name: 'Try again' })
  fails = false
  fireEvent.click(again)
  await screen.findByRole('row', { name: /found/ })
})
