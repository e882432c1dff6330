import { expect, test } from 'vitest'
import { parseLoopDevices } from './loop-devices'

test.each([
  ['/dev/loop0\n/dev/loop12\n', ['/dev/loop0', '/dev/loop12']],
  ['', []],
  ['/dev/loop-control\n/dev/sda\n', []],
])('%j', (stdout, devices) => {
  expect(parseLoopDevices(stdout)).toEqual(devices)
})
