import { expect, test } from 'vitest'
import { driverProblem, parseDriverOutput, parseRecords, writableDisk } from './run-uml'

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

// What Debian's user-mode-linux 6.1 and the shell that started it wrote when it aborted after its work, in the middle of a long test run
const ABORTED_AFTER_HALT = 'mmapper_init - find_iomem failed\nreboot: System halted\nAborted\n'

test.each([
  ['all in order', 'uml 0\ndaemon 0\n', '', true, null],
  ['aborted after it had halted', 'uml 134\ndaemon 0\n', ABORTED_AFTER_HALT, true, null],
  ['aborted after it had halted, its steps cut short', 'uml 134\ndaemon 0\n', ABORTED_AFTER_HALT, false, 'linux.uml ended with 134'],
  ['aborted while it ran', 'uml 134\ndaemon 0\n', 'Kernel panic - not syncing\nAborted\n', true, 'linux.uml ended with 134'],
  ['killed after it had halted', 'uml 137\ndaemon 0\n', 'reboot: System halted\nKilled\n', true, 'linux.uml ended with 137'],
  ['aborted, and the disk was not closed well', 'uml 134\ndaemon 1\n', ABORTED_AFTER_HALT, true, 'qemu-storage-daemon ended with 1'],
  ['the daemon never closed the disk', 'uml 0\n', '', true, 'qemu-storage-daemon ended with no code'],
  ['no disk', 'daemon 1\n', '', false, 'the disk could not be opened (qemu-storage-daemon ended with 1)'],
  ['a disk in use', 'daemon 1\n', 'Failed to get "write" lock', false, 'another process uses the disk'],
])('a run that is %s', (_what, stdout, stderr, ended, problem) => {
  expect(driverProblem({ stdout: Buffer.from(stdout), stderr }, ended)).toBe(problem)
})
