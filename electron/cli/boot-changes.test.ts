import { expect, test } from 'vitest'
import type { BootEntry } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { asOneEdit, chooseEntries, findEntry, planChanges } from './boot-changes.js'
import { UsageError } from './command.js'

function entry(name: string, args: string[], more: Partial<BootEntry> = {}): BootEntry {
  return sampleEntry({ path: `/loader/entries/${name}.conf`, title: name, args, ...more })
}
const old = entry('old', ['quiet', 'a=1'])
const current = entry('current', ['a=2', 'quiet', 'quiet'], { isDefault: true })
const broken = entry('broken', [], { problem: 'not UTF-8' })
const entries = [old, current, broken]
const choose = (all: boolean, ...names: string[]) => chooseEntries(entries, { all, names }).map((chosen) => chosen.title)

test('the default entry is meant unless others are named; all leaves out what cannot be edited', () => {
  expect(choose(false)).toEqual(['current'])
  expect(choose(true)).toEqual(['old', 'current'])
  expect(choose(false, 'old', '2:/loader/entries/current.conf')).toEqual(['old', 'current'])
  expect(choose(false, 'old.conf')).toEqual(['old'])
  expect(() => choose(false, 'none')).toThrow(expect.objectContaining({ code: 'boot-entry-not-found' }))
})

test('which entry is meant must be clear', () => {
  expect(() => chooseEntries([broken], { all: true, names: [] })).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => chooseEntries([], { all: true, names: [] })).toThrow(expect.objectContaining({ code: 'no-boot-entries' }))
  expect(() => chooseEntries([old, entry('other', [])], { all: false, names: [] })).toThrow(UsageError)
  expect(chooseEntries([old], { all: false, names: [] })).toEqual([old])
  const twin = entry('old', [], { id: '1:/old.conf' })
  expect(() => chooseEntries([old, twin], { all: false, names: ['old'] })).toThrow(UsageError)
})

test('requests become changes in their order, each on what the one before left', () => {
  const [edit] = planChanges(
    [old],
    [
      { op: 'append', text: 'b=1' },
      { op: 'replace', text: 'b=1=2' },
      { op: 'delete', text: 'quiet' },
    ],
  )
  expect(edit).toEqual({
    kind: 'kernel-args',
    entry: old.id,
    changes: [
      { op: 'append', arg: 'b=1' },
      { op: 'replace', key: 'b', from: '1', to: '2' },
      { op: 'delete', arg: 'quiet' },
    ],
  })
})

test('with several entries an argument must be in one of them; entries it is not in stay as they are', () => {
  expect(planChanges([old, current], [{ op: 'replace', text: 'a=2=3' }]).map((edit) => edit.entry)).toEqual([current.id])
  expect(() =>
    planChanges(
      [old, current],
      [
        { op: 'append', text: 'x' },
        { op: 'delete', text: 'nowhere' },
      ],
    ),
  ).toThrow(expect.objectContaining({ code: 'argument-not-found' }))
  expect(() => planChanges([old], [{ op: 'append', text: 'two words' }])).toThrow(expect.objectContaining({ code: 'argument-invalid' }))
})

test('an entry is named by its id, its file, its label or place in a menu, or its title', () => {
  const label = entry('x', [], {
    id: '1:/boot/extlinux.conf#virt',
    file: '1:/boot/extlinux.conf',
    path: '/boot/extlinux.conf',
    title: 'Linux virt',
  })
  const place = entry('x', [], { id: '1:/grub.cfg#1>0', file: '1:/grub.cfg', path: '/grub.cfg', title: 'Twice' })
  const twin = entry('x', [], { id: '1:/grub.cfg#2', file: '1:/grub.cfg', path: '/grub.cfg', title: 'Twice' })
  const all = [...entries, label, place, twin]
  expect(findEntry(all, 'virt')).toBe(label)
  expect(findEntry(all, 'Linux virt')).toBe(label)
  expect(findEntry(all, '1>0')).toBe(place)
  expect(findEntry(all, '1:/grub.cfg#2')).toBe(twin)
  expect(findEntry(all, 'default')).toBe(current)
  expect(() => findEntry(all, 'Twice')).toThrow(UsageError)
  expect(() => findEntry(all, 'grub.cfg')).toThrow(UsageError)
})

test('what entries share is changed once, and for all of them by one edit', () => {
  const shared = (name: string, own: string) =>
    entry(name, ['root=x', 'quiet', own], {
      origins: [1, 1, 0],
      sources: [
        { file: name, what: 'options', shared: false },
        { file: '1:/grubenv', what: 'kernelopts', shared: true },
      ],
    })
  const both = [shared('a', 'own=1'), shared('b', 'own=2')]
  const replace = [{ op: 'replace', text: 'root=x=y' } as const]
  expect(planChanges(both, replace).map(({ entry: id }) => id)).toEqual([both[0]?.id])
  const requests = [...replace, { op: 'append', text: 'debug' } as const]
  const planned = planChanges(both, requests)
  expect(asOneEdit(both, planned, requests)).toEqual([
    {
      kind: 'kernel-args',
      entry: '*',
      changes: [
        { op: 'replace', key: 'root', from: 'x', to: 'y' },
        { op: 'append', arg: 'debug' },
      ],
    },
  ])
  const apart = planChanges([old, current], [{ op: 'append', text: 'debug' }])
  expect(asOneEdit([old, current], apart, [{ op: 'append', text: 'debug' }])).toEqual(apart)
})
