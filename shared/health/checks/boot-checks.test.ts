import { expect, test } from 'vitest'
import { findingsOf, healthyFacts, sampleEntry, severitiesOf } from '../testing/sample-facts.js'

const OTHER = sampleEntry('quiet', { id: 'other', title: 'Old', isDefault: false })

test.each(['boot-entries', 'entry-kernels', 'entry-initramfs', 'entry-problems', 'boot-notes', 'arguments'])(
  '%s passes for a healthy image',
  (check) => {
    expect(severitiesOf(check, healthyFacts())).toEqual(['pass'])
  },
)

test('no boot entry, and none that is enabled', () => {
  expect(severitiesOf('boot-entries', healthyFacts({ entries: [] }))).toEqual(['warning'])
  expect(severitiesOf('boot-entries', healthyFacts({ entries: [sampleEntry('', { enabled: false })] }))).toEqual(['error'])
})

test('a kernel that is not there: an error for the entry that boots, and another one is hidden', () => {
  const file = { role: 'kernel', path: '/vmlinuz', state: 'missing' } as const
  const [entry] = healthyFacts().entries
  const facts = healthyFacts({
    entries: [...healthyFacts().entries, OTHER],
    entryFiles: [
      { ...file, entry: entry?.id ?? '' },
      { ...file, entry: 'other' },
    ],
  })
  expect(findingsOf('entry-kernels', facts)).toMatchObject([
    { severity: 'error', fix: [] },
    { severity: 'warning', fix: [{ kind: 'entry-enable', entry: 'other', enabled: false }] },
  ])
})

test('an initial RAM disk without content, and one that cannot be looked up', () => {
  const file = { entry: healthyFacts().entries[0]?.id ?? '', role: 'initramfs', path: '/initrd.img' } as const
  expect(findingsOf('entry-initramfs', healthyFacts({ entryFiles: [{ ...file, state: 'empty' }] }))).toMatchObject([
    { severity: 'error', evidence: ['/initrd.img is empty', 'entry Debian GNU/Linux 12'] },
  ])
  expect(severitiesOf('entry-initramfs', healthyFacts({ entryFiles: [{ ...file, state: 'unknown' }] }))).toEqual(['info'])
  expect(severitiesOf('entry-initramfs', healthyFacts({ entryFiles: [] }))).toEqual([])
})

test('an entry that cannot be read, but not those that start no system', () => {
  const odd = sampleEntry('', { problem: 'it cannot be read' })
  expect(severitiesOf('entry-problems', healthyFacts({ entries: [odd] }))).toEqual(['info'])
  expect(severitiesOf('entry-problems', healthyFacts({ entries: [{ ...odd, linux: null }] }))).toEqual(['pass'])
})

test('notes of the boot report, with their own fixes; missing kernels have a check of their own', () => {
  const note = { severity: 'warning', entry: 'a', file: 'b', text: 'words', fix: [{ kind: 'move-backup-gpt' }] } as const
  const notes = [
    { ...note, code: 'overruled', fix: [...note.fix] },
    { ...note, code: 'kernel-missing', fix: [] },
  ] as const
  expect(findingsOf('boot-notes', healthyFacts({ notes: [...notes] }))).toMatchObject([
    { severity: 'warning', text: 'words', evidence: ['a', 'b'], fix: [{ kind: 'move-backup-gpt' }] },
  ])
})

test('an argument that was left from debugging, in several entries at once', () => {
  const args = 'root=UUID=1 ro rd.break'
  const facts = healthyFacts({ entries: [sampleEntry(args), sampleEntry(args, { id: 'other', isDefault: false })] })
  const found = findingsOf('arguments', facts).find(({ title }) => title === 'rd.break')
  expect(found).toMatchObject({ severity: 'warning', evidence: { length: 2 } })
  expect(found?.fix.map((edit) => (edit.kind === 'kernel-args' ? edit.entry : ''))).toEqual([facts.entries[0]?.id, 'other'])
})

test('arguments that entries share are mended once', () => {
  const shared = { sources: [{ file: '3:/grub2/grubenv', what: 'kernelopts', shared: true }] }
  const entries = [
    sampleEntry('root=UUID=1 rd.break', shared),
    sampleEntry('root=UUID=1 rd.break', { ...shared, id: 'other', isDefault: false }),
  ]
  expect(findingsOf('arguments', healthyFacts({ entries })).find(({ title }) => title === 'rd.break')?.fix).toHaveLength(1)
})

test('an entry for recovery is meant to boot into a shell, the default one is not', () => {
  const args = 'root=UUID=1 ro single'
  expect(
    severitiesOf('arguments', healthyFacts({ entries: [sampleEntry('root=UUID=1 ro'), sampleEntry(args, { id: 'r', isDefault: false })] })),
  ).toEqual(['pass'])
  expect(severitiesOf('arguments', healthyFacts({ entries: [sampleEntry(args)] }))).toContain('warning')
})

test('firmware set-up in the menu needs no root', () => {
  const setup = sampleEntry('', { id: 'setup', linux: null, initrds: [], isDefault: false })
  expect(severitiesOf('arguments', healthyFacts({ entries: [...healthyFacts().entries, setup] }))).toEqual(['pass'])
})
