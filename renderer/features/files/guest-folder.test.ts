import { expect, test } from 'vitest'
import { findTyped, joinFolder, nameOf, nameProblem, parentFolder, sortRows } from './guest-folder.js'

test('folders are joined and left again', () => {
  expect(joinFolder('/', 'boot')).toBe('/boot')
  expect(joinFolder('/boot', 'loader')).toBe('/boot/loader')
  expect(parentFolder('/boot/loader')).toBe('/boot')
  expect(parentFolder('/boot')).toBe('/')
  expect(parentFolder('/')).toBe('/')
  expect(nameOf('/boot/loader')).toBe('loader')
})

test('folders stand first, numbers count by value', () => {
  const rows = ['vmlinuz-10', 'vmlinuz-9', 'loader'].map((name) => ({
    name,
    kind: name === 'loader' ? ('folder' as const) : ('file' as const),
  }))
  expect(sortRows(rows).map((row) => row.name)).toEqual(['loader', 'vmlinuz-9', 'vmlinuz-10'])
})

test('names that cannot be', () => {
  const taken = new Set(['fstab'])
  for (const name of ['', '.', '..', 'a/b', 'a\0b', 'x'.repeat(256), 'ü'.repeat(128), 'fstab'])
    expect(nameProblem(name, taken), name).not.toBeNull()
  for (const name of ['a b', '-rf', '"q"', 'ü', '...', 'two\nlines']) expect(nameProblem(name, taken), name).toBeNull()
})

test('typing goes on from where one is, around the end', () => {
  const rows = ['alpha', 'Beta', 'bravo', 'gamma'].map((name) => ({ name }))
  expect(findTyped(rows, 'b', 0)).toBe(1)
  expect(findTyped(rows, 'b', 2)).toBe(2)
  expect(findTyped(rows, 'a', 2)).toBe(0)
  expect(findTyped(rows, 'x', 0)).toBe(-1)
})
