import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { restoreForAll, stageForAll } from './stage-all-args.js'

const SHOWN = ['rw', 'id=qemu', 'quiet']
const OTHERS = [['id=qemu', 'quiet']]
const all = (...changes: Extract<Edit, { kind: 'kernel-args' }>['changes']): Edit => ({ kind: 'kernel-args', entry: '*', changes })

test('one edit says it for all entries', () => {
  expect(stageForAll([], SHOWN, ['rw', 'id=vmware', 'quiet'], OTHERS)).toEqual([
    all({ op: 'replace', key: 'id', from: 'qemu', to: 'vmware' }),
  ])
  expect(stageForAll([], SHOWN, [...SHOWN, 'debug'], OTHERS, true)).toEqual([{ ...all({ op: 'append', arg: 'debug' }), keep: true }])
})

test('what takes an earlier change back takes it out', () => {
  const added = stageForAll([], SHOWN, [...SHOWN, 'debug'], OTHERS) ?? []
  expect(stageForAll(added, [...SHOWN, 'debug'], SHOWN, [['debug']])).toEqual([])
  const removed = stageForAll([], SHOWN, ['rw', 'id=qemu'], OTHERS) ?? []
  expect(restoreForAll(removed, 'quiet')).toEqual([])
  expect(restoreForAll(removed, 'rw')).toBeNull()
})

test('a value that is changed twice is one edit', () => {
  const first = stageForAll([], SHOWN, ['rw', 'id=a', 'quiet'], OTHERS) ?? []
  const second = stageForAll(first, ['rw', 'id=a', 'quiet'], ['rw', 'id=b', 'quiet'], [['id=a']])
  expect(second).toEqual([all({ op: 'replace', key: 'id', from: 'qemu', to: 'b' })])
  expect(stageForAll(second ?? [], ['rw', 'id=b', 'quiet'], SHOWN, [['id=b']])).toEqual([])
})

test('the order, and what only this entry has, cannot be said of all', () => {
  expect(stageForAll([], SHOWN, ['quiet', 'id=qemu', 'rw'], OTHERS)).toBeNull()
  expect(stageForAll([], SHOWN, ['id=qemu', 'quiet'], OTHERS)).toBeNull()
})
