import { expect, test } from 'vitest'
import { entryFileName, findDefaultEntry, globMatches, sortEntries } from './default-entry.js'
import { loaderConfDefault } from './loader-conf.js'
import { compareVersions } from './version-order.js'

function entry(name: string, more: { title?: string; version?: string; sortKey?: string; machineId?: string } = {}) {
  return { id: `2:/loader/entries/${name}.conf`, path: `/loader/entries/${name}.conf`, title: name, version: null, ...more }
}
const NONE = { loaderConf: null, grubenv: null }
const names = (entries: readonly { path: string }[]) => entries.map((row) => entryFileName(row.path))

// Order from the UAPI version format specification's own examples.
const ASCENDING = [
  '122.1',
  '123~rc1-1',
  '123',
  '123-a',
  '123-a.1',
  '123-1',
  '123-1.1',
  '123^post1',
  '123.a-1',
  '123.1-1',
  '123a-1',
  '124-1',
]
test('versions follow the order of the specification', () => {
  for (const [at, older] of ASCENDING.entries()) {
    expect(compareVersions(older, older)).toBe(0)
    for (const newer of ASCENDING.slice(at + 1)) {
      expect([older, newer, Math.sign(compareVersions(older, newer))]).toEqual([older, newer, -1])
      expect([newer, older, Math.sign(compareVersions(newer, older))]).toEqual([newer, older, 1])
    }
  }
})

test('numbers compare by value, of any length', () => {
  expect(compareVersions('5.9.0', '5.15.0')).toBeLessThan(0)
  expect(compareVersions('00123', '123')).toBe(0)
  expect(compareVersions('99999999999999999999998', '99999999999999999999999')).toBeLessThan(0)
})

test('the highest version leads where nothing else is said', () => {
  const entries = [entry('ostree-1-ock', { version: '1' }), entry('ostree-2-ock', { version: '2' })]
  expect(findDefaultEntry(entries, NONE)).toEqual({ id: '2:/loader/entries/ostree-2-ock.conf', reason: 'highest version' })
  expect(findDefaultEntry([], NONE)).toBeNull()
  expect(names(sortEntries([entry('m-5.9.0-1'), entry('m-5.15.0-1'), entry('m-5.4.17-1')]))).toEqual([
    'm-5.15.0-1',
    'm-5.9.0-1',
    'm-5.4.17-1',
  ])
})

test('entries with a sort key come first, by key, machine and descending version', () => {
  const entries = [
    entry('z-old'),
    entry('b2', { sortKey: 'b', version: '2' }),
    entry('a1', { sortKey: 'a', version: '1' }),
    entry('a2', { sortKey: 'a', version: '2' }),
    entry('a9', { sortKey: 'a', version: '9', machineId: 'ffff' }),
  ]
  expect(names(sortEntries(entries))).toEqual(['a2', 'a1', 'a9', 'b2', 'z-old'])
})

test('a glob of loader.conf wins, with or without .conf, and a variable of the firmware does not count', () => {
  const entries = [entry('fedora-1'), entry('fedora-2'), entry('Debian+3-1')]
  const pick = (line: string) => findDefaultEntry(entries, { loaderConf: `timeout 3\n${line}\n`, grubenv: null })
  expect(pick('default fedora-1.conf')).toEqual({ id: entries[0]?.id, reason: 'loader.conf default' })
  expect(pick('default fedora-*')?.id).toBe(entries[1]?.id)
  expect(pick('default debian.conf')?.id).toBe(entries[2]?.id)
  expect(pick('default @saved')?.reason).toBe('highest version')
  expect(pick('#default fedora-1')?.reason).toBe('highest version')
  expect(loaderConfDefault('default a\r\ndefault b\r\n')).toBe('b')
})

test('globs', () => {
  expect(globMatches('a?c*', 'abcdef')).toBe(true)
  expect(globMatches('[a-c]x[!0-9]', 'bxz')).toBe(true)
  expect(globMatches('[a-c]x[!0-9]', 'bx5')).toBe(false)
  expect(globMatches('abc', 'abcd')).toBe(false)
  expect(globMatches('*', '')).toBe(true)
  expect(globMatches(`${'*a'.repeat(200)}b`, 'a'.repeat(2000))).toBe(false)
})

test('saved_entry names an entry by file, title or place', () => {
  const entries = [entry('ostree-1-ock', { title: 'Old' }), entry('ostree-2-ock', { title: 'New' })]
  const pick = (saved: string) =>
    findDefaultEntry(entries, { loaderConf: null, grubenv: `# GRUB Environment Block\nsaved_entry=${saved}\n${'#'.repeat(900)}` })
  expect(pick('ostree-1-ock')).toEqual({ id: entries[0]?.id, reason: 'saved_entry' })
  expect(pick('Old')?.id).toBe(entries[0]?.id)
  expect(pick('1')?.id).toBe(entries[0]?.id)
  expect(pick('gone')?.reason).toBe('highest version')
})
