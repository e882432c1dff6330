import { expect, test } from 'vitest'
import { followLink } from './link-inside.js'

test.each([
  ['/disk', '/disk', 'disks/v1', '/disks/v1'],
  ['/disk/boot.raw', '/disk', '/disks/v1', '/disks/v1/boot.raw'],
  ['/a/b/disk', '/a/b/disk', '../c', '/a/c'],
  ['/a/b/disk/x/y', '/a/b/disk', './../..//c/.', '/c/x/y'],
  ['/a/disk', '/a/disk', '../../../../etc/shadow', '/etc/shadow'],
  ['/a/disk', '/a/disk', '/../etc/shadow', '/etc/shadow'],
  ['/a/disk', '/a/disk', '..', '/'],
  ['/a/disk', '/a/disk', 'x/../y', null],
  ['/a/disk', '/a/disk', '', null],
])('%s, where %s leads to %s, is %s', (path, link, target, expected) => {
  expect(followLink(path, { link, target })).toBe(expected)
})
