import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { BootEntry } from '../boot/boot-entry.js'
import { applyArgChanges } from '../boot/kernel-args.js'
import type { Edit } from './edit.js'
import { describeEdit, editsForArgs, previewEdits } from './preview.js'

const TEXT = 'title T\noptions rw id=qemu console=tty0 console=ttyS0\nlinux /k\n'

function entry(overrides: Partial<BootEntry> = {}): BootEntry {
  return {
    id: '2:/loader/entries/a.conf',
    partition: 2,
    path: '/loader/entries/a.conf',
    realPath: '/loader.1/entries/a.conf',
    title: 'T',
    version: '1',
    linux: '/k',
    initrds: [],
    args: ['rw', 'id=qemu', 'console=tty0', 'console=ttyS0'],
    isDefault: true,
    defaultReason: 'highest version',
    text: TEXT,
    encoding: 'utf8',
    sha256: 'abc',
    problem: null,
    ...overrides,
  }
}

const replace: Edit = {
  kind: 'kernel-args',
  entry: '2:/loader/entries/a.conf',
  changes: [{ op: 'replace', key: 'id', from: 'qemu', to: 'vmware' }],
}
const append: Edit = { kind: 'kernel-args', entry: '2:/loader/entries/a.conf', changes: [{ op: 'append', arg: 'quiet' }] }

test('edits of one file compose in order', () => {
  const second: Edit = { ...append, changes: [{ op: 'delete', arg: 'id=vmware' }] }
  expect(previewEdits([entry()], [replace, append, second])).toEqual([
    {
      partition: 2,
      path: '/loader.1/entries/a.conf',
      before: TEXT,
      after: 'title T\noptions rw console=tty0 console=ttyS0 quiet\nlinux /k\n',
      encoding: 'utf8',
      beforeSha256: 'abc',
      edits: [0, 1, 2],
    },
  ])
})

test('each file is listed once, in the order of first touch', () => {
  const other = entry({ id: '2:/b.conf', realPath: '/b.conf' })
  const files = previewEdits([entry(), other], [{ ...append, entry: '2:/b.conf' }, replace, { ...append, entry: '2:/b.conf' }])
  expect(files.map((file) => [file.path, file.edits])).toEqual([
    ['/b.conf', [0, 2]],
    ['/loader.1/entries/a.conf', [1]],
  ])
})

test('what cannot be edited says so', () => {
  expect(() => previewEdits([], [append])).toThrow(expect.objectContaining({ code: 'boot-entry-not-found' }))
  expect(() => previewEdits([entry({ problem: 'not text' })], [append])).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  const absent: Edit = { ...append, changes: [{ op: 'delete', arg: 'nope' }] }
  expect(() => previewEdits([entry()], [absent])).toThrow(expect.objectContaining({ code: 'argument-not-found' }))
})

test('edits read as words', () => {
  expect(describeEdit(replace, [entry()])).toBe('Replace id=qemu by vmware in "T"')
  expect(describeEdit(append, [])).toBe('Append quiet in "2:/loader/entries/a.conf"')
  expect(describeEdit({ ...append, changes: [{ op: 'delete', arg: 'a', index: 1 }] }, [entry()])).toBe(
    'Remove a (number 2 of these) in "T"',
  )
})

test('the edit made from two lists always leads from one to the other', () => {
  const args = fc.array(fc.constantFrom('a', 'b', 'c=1', 'c=2', 'c=3', 'd'), { maxLength: 8 })
  fc.assert(
    fc.property(args, args, (before, after) => {
      const edit = editsForArgs('1:/x', before, after)
      expect(edit === null ? before : applyArgChanges(before, edit.changes)).toEqual(after)
    }),
    { numRuns: 1000 },
  )
})

test('small differences become single changes', () => {
  const changes = (before: string[], after: string[]) => editsForArgs('1:/x', before, after)?.changes
  expect(changes(['a', 'id=q', 'b'], ['a', 'id=v', 'b'])).toEqual([{ op: 'replace', key: 'id', from: 'q', to: 'v' }])
  expect(changes(['a'], ['a', 'n'])).toEqual([{ op: 'append', arg: 'n' }])
  expect(changes(['a', 'x', 'a'], ['a', 'x'])).toEqual([{ op: 'delete', arg: 'a', index: 1 }])
  expect(changes(['a', 'b'], ['b', 'a'])?.[0]?.op).toMatch(/set|delete/)
  expect(changes(['a'], ['a'])).toBeUndefined()
})
