import { expect, test } from 'vitest'
import type { DiskChange, FileChange } from '#shared/edits/edit-preview'
import { mayTrade } from './depends.js'

function file(path: string, edits: number[], from: string | null = null): FileChange {
  return {
    kind: 'file',
    partition: 2,
    path,
    change: 'rewritten',
    from,
    before: '',
    after: '',
    beforeBytes: 0,
    afterBytes: 0,
    detail: '',
    edits,
  }
}
const disk = (partition: number, edits: number[]): DiskChange => ({
  kind: 'disk',
  partition,
  what: 'Partition type',
  before: '',
  after: '',
  edits,
})

test('edits of different files may change places, edits of one file may not', () => {
  expect(mayTrade([file('/a', [0]), file('/b', [1])], 0, 1)).toBe(true)
  expect(mayTrade([file('/a', [0, 1])], 0, 1)).toBe(false)
})

test('a folder and what is in it belong together, at its old name too', () => {
  expect(mayTrade([file('/etc', [0]), file('/etc/motd', [1])], 0, 1)).toBe(false)
  expect(mayTrade([file('/new', [0], '/old'), file('/old/x', [1])], 0, 1)).toBe(false)
  expect(mayTrade([file('/etc', [0]), file('/etcetera', [1])], 0, 1)).toBe(true)
})

test('changes of the disk go with those of the same thing only', () => {
  expect(mayTrade([disk(1, [0]), disk(2, [1])], 0, 1)).toBe(true)
  expect(mayTrade([disk(1, [0]), disk(1, [1])], 0, 1)).toBe(false)
  expect(mayTrade([disk(1, [0]), file('/a', [1])], 0, 1)).toBe(true)
})
