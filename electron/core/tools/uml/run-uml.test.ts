import { expect, test } from 'vitest'
import { parseDriverOutput, parseRecords, writableDisk } from './run-uml'

test.each([
  ['uml 0\ndaemon 0\n', { uml: 0, daemon: 0 }],
  ['uml 134\ndaemon 0\n', { uml: 134, daemon: 0 }],
  ['daemon 1\n', { uml: null, daemon: 1 }],
  ['', { uml: null, daemon: null }],
])('driver output %j', (stdout, expected) => {
  expect(parseDriverOutput(stdout)).toEqual(expected)
})

test('records count only when the steps got to their end', () => {
  expect(parseRecords('mounted 2 clean\n1 ok\nunmounted 2\nend\n')).toEqual(['mounted 2 clean', '1 ok', 'unmounted 2'])
  expect(parseRecords('mounted 2 clean\n1 ok\n')).toBeNull()
  expect(parseRecords('')).toBeNull()
  expect(parseRecords('end\n')).toEqual([])
})

test('only the top of the disk is opened for writing, and every backing file is named', () => {
  const disk = writableDisk({ driver: 'qcow2', path: '/o.qcow2', backing: { driver: 'vmdk', path: '/base.vmdk' } })
  expect(disk).toEqual({
    driver: 'qcow2',
    'read-only': false,
    'node-name': 'disk',
    cache: { 'no-flush': true },
    file: { driver: 'file', filename: '/o.qcow2', 'read-only': false, cache: { 'no-flush': true } },
    backing: { driver: 'vmdk', 'read-only': true, file: { driver: 'file', filename: '/base.vmdk', 'read-only': true } },
  })
})
