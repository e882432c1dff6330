import { beforeEach, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { useEditStore } from './edit-store.js'

const PATH = '/images/boot.qcow2'
const append = (arg: string): Edit => ({ kind: 'kernel-args', entry: '2:/loader/entries/a.conf', changes: [{ op: 'append', arg }] })
const present = (path = PATH) => useEditStore.getState().byPath[path]?.present ?? []
const store = () => useEditStore.getState()

beforeEach(() => useEditStore.setState({ byPath: {} }))

test('undo and redo walk through the staged lists', () => {
  store().stage(PATH, [append('a')])
  store().stage(PATH, [append('a'), append('b')])
  store().undo(PATH)
  expect(present()).toEqual([append('a')])
  store().undo(PATH)
  store().undo(PATH)
  expect(present()).toEqual([])
  store().redo(PATH)
  store().redo(PATH)
  store().redo(PATH)
  expect(present()).toEqual([append('a'), append('b')])
})

test('a new edit after undo drops what could be redone', () => {
  store().stage(PATH, [append('a')])
  store().undo(PATH)
  store().stage(PATH, [append('b')])
  store().redo(PATH)
  expect(present()).toEqual([append('b')])
})

test('typing in one box is one step; the next box is another', () => {
  store().stage(PATH, [append('d')], 'text:1')
  store().stage(PATH, [append('de')], 'text:1')
  store().stage(PATH, [append('deb')], 'text:1')
  store().stage(PATH, [append('deb'), append('x')], 'text:2')
  store().undo(PATH)
  expect(present()).toEqual([append('deb')])
  store().undo(PATH)
  expect(present()).toEqual([])
})

test('staging what is staged already makes no step', () => {
  store().stage(PATH, [append('a')])
  store().stage(PATH, [append('a')])
  store().undo(PATH)
  expect(present()).toEqual([])
})

test('one edit can be taken out, and put back by undo', () => {
  store().stage(PATH, [append('a'), append('b'), append('c')])
  store().remove(PATH, 1)
  expect(present()).toEqual([append('a'), append('c')])
  store().undo(PATH)
  expect(present()).toEqual([append('a'), append('b'), append('c')])
})

test('an edit can be put at another place', () => {
  store().stage(PATH, [append('a'), append('b'), append('c')])
  store().move(PATH, 2, 0)
  expect(present()).toEqual([append('c'), append('a'), append('b')])
  store().move(PATH, 9, 0)
  store().undo(PATH)
  expect(present()).toEqual([append('a'), append('b'), append('c')])
})

test('images have lists of their own, and forgetting one leaves the others', () => {
  store().stage(PATH, [append('a')])
  store().stage('/other.raw', [append('z')])
  store().forget(PATH)
  store().undo(PATH)
  expect(present()).toEqual([])
  expect(present('/other.raw')).toEqual([append('z')])
})
