import { expect, test } from 'vitest'
import { argRows, countArgChanges, counterpart, groupedRows, insertAt, moveArg, replaceAt } from './arg-rows.js'

test('chips keep the order of the line within their group, with removed ones before what replaces them', () => {
  const rows = groupedRows(
    ['root=UUID=1', 'console=ttyS0', 'ignition.platform.id=qemu', 'rw'],
    ['root=UUID=1', 'console=ttyS0', 'ignition.platform.id=vmware', 'rw', 'console=tty0'],
  )
  expect(rows.map(({ group }) => group)).toEqual(['Root', 'Console', 'Ignition'])
  expect(rows[0]?.rows.map((row) => row.at)).toEqual([0, 3])
  expect(rows[1]?.rows.map((row) => [row.arg, row.state, row.isPrimaryConsole])).toEqual([
    ['console=ttyS0', 'kept', false],
    ['console=tty0', 'added', true],
  ])
  expect(rows[2]?.rows.map((row) => [row.arg, row.state, row.at])).toEqual([
    ['ignition.platform.id=qemu', 'removed', 2],
    ['ignition.platform.id=vmware', 'added', 2],
  ])
})

test('a removed console never claims /dev/console, and what was removed goes back to its place', () => {
  const before = ['console=ttyS0', 'rw', 'console=tty0', 'quiet']
  const after = ['console=ttyS0', 'rw', 'quiet']
  const rows = groupedRows(before, after).flatMap((group) => group.rows)
  const removed = rows.find((row) => row.state === 'removed')
  expect(rows.find((row) => row.isPrimaryConsole)?.arg).toBe('console=ttyS0')
  expect(insertAt(after, removed?.at ?? -1, removed?.arg ?? '')).toEqual(before)
})

test('duplicates are told apart by rank', () => {
  const own = ['a=1', 'b', 'a=1']
  expect(counterpart(own, 2, ['x', 'a=1', 'a=1'])).toBe(2)
  expect(counterpart(own, 2, ['x', 'a=1'])).toBe(1)
  expect(counterpart(own, 0, ['x'])).toBe(-1)
  expect(replaceAt(own, 2, [])).toEqual(['a=1', 'b'])
  expect(replaceAt(own, 1, ['c', 'd'])).toEqual(['a=1', 'c', 'd', 'a=1'])
})

test('what changes its place is moved, not removed and added', () => {
  const before = ['a', 'b', 'c', 'c']
  const after = moveArg(before, 0, 2)
  expect(after).toEqual(['b', 'c', 'a', 'c'])
  expect(argRows(before, after).map((row) => `${row.arg} ${row.state} ${row.at}`)).toEqual([
    'b kept 0',
    'c kept 1',
    'a moved 2',
    'c kept 3',
  ])
  expect(countArgChanges(before, after)).toBe(1)
})

test('a changed value counts once, a removed and an added argument each', () => {
  expect(countArgChanges(['a=1', 'b'], ['a=2', 'b'])).toBe(1)
  expect(countArgChanges(['a=1', 'b'], ['b', 'c'])).toBe(2)
  expect(countArgChanges(['a'], ['a'])).toBe(0)
})
