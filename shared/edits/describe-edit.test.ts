import { expect, test } from 'vitest'
import { sampleEntry } from '../boot/testing/sample-entry.js'
import { describeEdit } from './describe-edit.js'
import type { Edit } from './edit.js'

const ENTRY = sampleEntry({ id: '2:/a.conf', title: 'T', args: [] })
const append: Edit = { kind: 'kernel-args', entry: '2:/a.conf', changes: [{ op: 'append', arg: 'quiet' }] }
const described = (edit: Edit): string => describeEdit(edit, [ENTRY])

test('argument edits read as words', () => {
  expect(described({ ...append, changes: [{ op: 'replace', key: 'id', from: 'qemu', to: 'vmware' }] })).toBe(
    'Replace id=qemu by vmware in "T"',
  )
  expect(described({ ...append, changes: [{ op: 'delete', arg: 'a', index: 1 }] })).toBe('Remove a (number 2 of these) in "T"')
  expect(describeEdit(append, [])).toBe('Append quiet in "2:/a.conf"')
  expect(described({ ...append, entry: '*' })).toBe('Append quiet in all entries')
  expect(described({ ...append, entry: 'default' })).toBe('Append quiet in the default entry')
})

test('file and disk edits read as words', () => {
  expect(described({ kind: 'write-file', path: '/etc/motd', content: { text: 'x' } })).toBe('Write /etc/motd')
  expect(described({ kind: 'rename-file', path: '/a', to: '/b' })).toBe('Rename /a to /b')
  expect(described({ kind: 'set-attributes', path: '/a', mode: 0o600, uid: 0 })).toBe('Set mode 0600 and owner 0:as it is of /a')
  expect(described({ kind: 'set-partition-type', partition: 1, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' })).toBe(
    'Set the type of partition 1 to EFI system',
  )
  expect(described({ kind: 'set-fs-uuid', partition: 2, uuid: 'new' })).toBe('Give partition 2 a new UUID')
})
