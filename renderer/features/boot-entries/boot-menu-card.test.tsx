// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BootFile } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { useEditStore } from '../edits/edit-store.js'
import { BootMenuCard } from './boot-menu-card.js'
import { PATH, renderInApp, sampleActions, sampleCore, sampleReport } from './testing/sample-core.js'

const SCRIPT = '# CONSOLE-SETTINGS-START\nserial --speed=115200\n# CONSOLE-SETTINGS-END\nblscfg\n'

function grub(text: string): BootFile {
  const path = '/grub2/grub.cfg'
  return { id: `2:${path}`, kind: 'grub-cfg', partition: 2, path, realPath: path, text, encoding: 'utf8', sha256: '', problem: null }
}

function show(text = SCRIPT, timeoutSeconds: number | null = 5) {
  const entry = sampleEntry({ args: [], title: 'System', isDefault: true, defaultReason: 'set default' })
  const report = sampleReport([entry], {
    files: [grub(text)],
    settings: [{ loader: 'grub', file: '2:/grub2/grub.cfg', default: '0', timeoutSeconds }],
  })
  sampleCore(report)
  renderInApp(<BootMenuCard path={PATH} report={report} />, sampleActions())
}

const edits = () => useEditStore.getState().byPath[PATH]?.present ?? []

beforeEach(() => useEditStore.setState({ byPath: {} }))
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

test('it says what boots, how long the menu waits, and which file says so', () => {
  show()
  expect(screen.getByText('set default', { exact: false }).textContent).toBe('set default in /grub2/grub.cfg')
  expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Menu waits' }).value).toBe('5 s')
  expect(screen.getByText('serial --speed=115200')).toBeDefined()
})

test('another wait is staged with Enter, and the last word counts', async () => {
  show()
  const box = screen.getByRole('textbox', { name: 'Menu waits' })
  fireEvent.change(box, { target: { value: '9' } })
  fireEvent.keyDown(box, { key: 'Enter' })
  await waitFor(() => expect(edits()).toEqual([{ kind: 'boot-timeout', seconds: 9 }]))
  fireEvent.click(screen.getByRole('switch', { name: 'for ever' }))
  await waitFor(() => expect(edits()).toEqual([{ kind: 'boot-timeout', seconds: -1 }]))
})

test('the console of GRUB is edited as lines, and markers are made where there are none', async () => {
  show('blscfg\n')
  expect(screen.getByText(/No script has a place for it/)).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Edit the GRUB console' }))
  const dialog = await screen.findByRole('dialog')
  fireEvent.change(within(dialog).getByRole('textbox', { name: 'Commands, one a line' }), {
    target: { value: 'serial --unit=0\n\n  terminal_output serial\n' },
  })
  fireEvent.click(within(dialog).getByRole('button', { name: 'Stage' }))
  await waitFor(() =>
    expect(edits()).toEqual([{ kind: 'console-block', lines: ['serial --unit=0', 'terminal_output serial'], addMarkers: true }]),
  )
})
