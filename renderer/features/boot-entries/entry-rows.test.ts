import { expect, test } from 'vitest'
import type { BootEntry } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { entryRows, matchingRows, originOf } from './entry-rows.js'

const bls = (name: string, more: Partial<BootEntry> = {}) => sampleEntry({ id: `2:/loader/entries/${name}.conf`, args: ['rw'], ...more })
const grub = (index: number, title: string) =>
  sampleEntry({ id: `2:/grub/grub.cfg#${index}`, file: '2:/grub/grub.cfg', loader: 'grub', title, args: [] })
const states = (before: readonly BootEntry[], after: readonly BootEntry[]) =>
  entryRows(before, after).map((row) => `${row.entry.title} ${row.state} ${row.before?.title ?? '-'}`)

test('GRUB entries that get other numbers are still themselves', () => {
  const before = [grub(0, 'A'), grub(1, 'B'), grub(2, 'C')]
  expect(states(before, [grub(0, 'B'), grub(1, 'A'), grub(2, 'C')])).toEqual(['B kept B', 'A kept A', 'C kept C'])
  expect(states(before, [grub(0, 'A'), grub(1, 'C')])).toEqual(['A kept A', 'B removed B', 'C kept C'])
  expect(states(before, [grub(0, 'A'), grub(1, 'New'), grub(2, 'B'), grub(3, 'C')])).toEqual([
    'A kept A',
    'New new -',
    'B kept B',
    'C kept C',
  ])
  expect(states(before, [grub(0, 'Renamed'), grub(1, 'B'), grub(2, 'C')])).toEqual(['Renamed kept A', 'B kept B', 'C kept C'])
})

test('an entry that is switched off is the same one, and a removed one stands where it was', () => {
  const before = [bls('a', { title: 'A' }), bls('b', { title: 'B' })]
  const off = bls('b.conf.disabled', { id: '2:/loader/entries/b.conf.disabled', title: 'B', enabled: false })
  expect(states(before, [bls('a', { title: 'A' }), off])).toEqual(['A kept A', 'B kept B'])
  expect(states(before, [bls('b', { title: 'B' })])).toEqual(['A removed A', 'B kept B'])
})

test('the search takes all words, wherever they stand', () => {
  const rows = entryRows(
    [],
    [bls('a', { title: 'Fedora', version: '6.8' }), bls('b', { title: 'Fedora', version: '6.9', args: ['debug'] })],
  )
  expect(matchingRows(rows, ' fedora  6.9').length).toBe(1)
  expect(matchingRows(rows, 'DEBUG').map((row) => row.entry.version)).toEqual(['6.9'])
  expect(matchingRows(rows, '').length).toBe(2)
})

test('an argument tells where it comes from, also while the list is a step ahead', () => {
  const shared = { file: '2:/grub2/grubenv', what: 'kernelopts', shared: true }
  const entry = bls('a', {
    args: ['quiet', 'rw', 'rw'],
    origins: [0, 1, 0],
    sources: [{ file: 'own', what: 'options', shared: false }, shared],
  })
  expect(originOf(entry, entry.args, 0)).toBeNull()
  expect(originOf(entry, entry.args, 1)).toEqual(shared)
  expect(originOf(entry, ['rw', 'debug'], 0)).toEqual(shared)
  expect(originOf(entry, ['rw', 'debug'], 1)).toBeNull()
})
