import { expect, test } from 'vitest'
import type { BootReport } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { reportLines } from './boot-report.js'

const ENTRY = sampleEntry({
  id: '1:/loader/entries/a+2-1.conf',
  title: 'A',
  args: ['root=x', 'quiet'],
  origins: [1, 0],
  sources: [
    { file: '1:/loader/entries/a+2-1.conf', what: 'options', shared: false },
    { file: '1:/grub2/grubenv', what: 'kernelopts', shared: true },
  ],
  isDefault: true,
  defaultReason: 'saved_entry',
  counter: { left: 2, done: 1 },
})
const REPORT: BootReport = {
  files: [],
  entries: [ENTRY, sampleEntry({ id: '1:/b', title: 'B', submenu: ['More'], args: [], enabled: false, problem: 'it is damaged' })],
  settings: [{ loader: 'grub', file: '1:/grub2/grub.cfg', default: null, timeoutSeconds: -1 }],
  notes: [{ code: 'overruled', severity: 'warning', entry: null, file: '1:/x', text: 'Nobody reads it', fix: [] }],
  searched: [],
  elapsedMs: 1,
}

test('entries, settings and notes, and with sources where each argument comes from', () => {
  expect(reportLines(REPORT, false)).toEqual([
    '* 1:/loader/entries/a+2-1.conf',
    '    A, 2 of 3 tries left, default: saved_entry',
    '    root=x quiet',
    '  1:/b',
    '    More > B, switched off',
    '    ',
    '    Cannot be edited: it is damaged',
    'Settings of grub in 1:/grub2/grub.cfg: default not set, timeout for ever',
    'Warning: Nobody reads it [1:/x]',
  ])
  expect(reportLines(REPORT, true).slice(3, 5)).toEqual([
    '      options of 1:/loader/entries/a+2-1.conf: quiet',
    '      kernelopts of 1:/grub2/grubenv (shared): root=x',
  ])
  expect(reportLines({ ...REPORT, entries: [], notes: [] }, false)).toEqual(['No boot entries found. Looked at: no readable file system'])
})
