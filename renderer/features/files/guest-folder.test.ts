import { expect, test } from 'vitest'
import { joinFolder, parentFolder, sortEntries } from './guest-folder.js'

test('folders are joined and left again', () => {
  expect(joinFolder('/', 'boot')).toBe('/boot')
  expect(joinFolder('/boot', 'loader')).toBe('/boot/loader')
  expect(parentFolder('/boot/loader')).toBe('/boot')
  expect(parentFolder('/boot')).toBe('/')
  expect(parentFolder('/')).toBe('/')
})

test('folders stand first, numbers count by value', () => {
  const entries = ['vmlinuz-10', 'vmlinuz-9', 'loader'].map((name) => ({
    name,
    kind: name === 'loader' ? ('folder' as const) : ('file' as const),
    sizeBytes: 1,
  }))
  expect(sortEntries(entries).map((entry) => entry.name)).toEqual(['loader', 'vmlinuz-9', 'vmlinuz-10'])
})
