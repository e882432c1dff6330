import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type OsTree, osPathOf, osTreeSchema, resolveInTree, type TreeMount } from './os-tree.js'

const DEPLOYMENT = '/ostree/deploy/ock/deploy/abc.0'
const mount = (at: string, partition: number, prefix = '', source: TreeMount['source'] = 'fstab'): TreeMount => ({
  at,
  partition,
  prefix,
  source,
})
const OCK: OsTree = {
  root: { partition: 3, prefix: DEPLOYMENT },
  ostree: { stateroot: 'ock', deployment: 'abc.0', bootcsum: null },
  mounts: [
    mount('/boot', 2),
    mount('/boot/efi', 1),
    mount('/sysroot', 3, '', 'ostree'),
    mount('/var', 3, '/ostree/deploy/ock/var', 'ostree'),
    mount('/home', 3, '/ostree/deploy/ock/var/home', 'ostree'),
  ],
  osRelease: { ID: 'ol' },
  unresolved: [],
}

test.each([
  ['/etc/fstab', 3, `${DEPLOYMENT}/etc/fstab`],
  ['/boot/loader/entries/x.conf', 2, '/loader/entries/x.conf'],
  ['/boot', 2, '/'],
  ['/boot/efi/EFI/BOOT', 1, '/EFI/BOOT'],
  ['/bootx', 3, `${DEPLOYMENT}/bootx`],
  ['/var/lib', 3, '/ostree/deploy/ock/var/lib'],
  ['/home/me/.ssh', 3, '/ostree/deploy/ock/var/home/me/.ssh'],
  ['/sysroot/ostree/repo', 3, '/ostree/repo'],
  ['boot/../etc//fstab/', 3, `${DEPLOYMENT}/etc/fstab`],
  ['/', 3, DEPLOYMENT],
])('%s', (osPath, partition, path) => {
  expect(resolveInTree(OCK, osPath)).toEqual({ partition, path })
})

test('the way back', () => {
  expect(osPathOf(OCK, { partition: 2, path: '/loader/entries/x.conf' })).toBe('/boot/loader/entries/x.conf')
  expect(osPathOf(OCK, { partition: 1, path: '/' })).toBe('/boot/efi')
  expect(osPathOf(OCK, { partition: 3, path: `${DEPLOYMENT}/etc` })).toBe('/etc')
  expect(osPathOf(OCK, { partition: 3, path: '/ostree/deploy/ock/deploy/old.0/etc' })).toBe('/sysroot/ostree/deploy/ock/deploy/old.0/etc')
  expect(osPathOf(OCK, { partition: 2, path: '/efi/covered' })).toBe(null)
  expect(osPathOf(OCK, { partition: 9, path: '/x' })).toBe(null)
  expect(osPathOf({ ...OCK, mounts: [] }, { partition: 3, path: '/ostree/repo' })).toBe(null)
})

const path = fc
  .array(fc.constantFrom('a', 'b', 'boot', 'efi', 'var', '..', '.', ''), { maxLength: 5 })
  .map((names) => `/${names.join('/')}`)
const clean = fc
  .array(fc.constantFrom('a', 'b', 'boot', 'efi', 'var'), { minLength: 1, maxLength: 3 })
  .map((names) => `/${names.join('/')}`)
const prefix = fc.oneof(fc.constant(''), clean)
const tree: fc.Arbitrary<OsTree> = fc.record({
  root: fc.record({ partition: fc.integer({ min: 0, max: 2 }), prefix }),
  ostree: fc.constant(null),
  mounts: fc.uniqueArray(
    fc.record({ at: clean, partition: fc.integer({ min: 0, max: 2 }), prefix, source: fc.constantFrom('fstab', 'guessed', 'ostree') }),
    { maxLength: 5, selector: (row) => row.at },
  ),
  osRelease: fc.constant({}),
  unresolved: fc.constant([]),
})

test('what a path stands for has a path, and that one stands for the same', () => {
  fc.assert(
    fc.property(tree, path, (someTree, osPath) => {
      const place = resolveInTree(someTree, osPath)
      const back = osPathOf(someTree, place)
      expect(back).not.toBe(null)
      expect(resolveInTree(someTree, back ?? '')).toEqual(place)
    }),
  )
})

test('a path is only told where it leads back', () => {
  fc.assert(
    fc.property(tree, fc.integer({ min: 0, max: 2 }), clean, (someTree, partition, file) => {
      const place = { partition, path: file }
      const osPath = osPathOf(someTree, place)
      expect(osPath === null ? place : resolveInTree(someTree, osPath)).toEqual(place)
    }),
  )
})

test('a tree crosses processes as it is', () => {
  fc.assert(
    fc.property(tree, (someTree) => {
      expect(osTreeSchema.parse(JSON.parse(JSON.stringify(someTree)))).toEqual(someTree)
    }),
  )
})
