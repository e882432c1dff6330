import { expect, test } from 'vitest'
import { parseDevices } from './devices'

/** Pasted from `diskwright-nbd list`, with a folder that has a space. */
const LISTED = `device /dev/nbd0 foreign - 812 131072 -
device /dev/nbd1 running 1000 930 131072 /run/user/1000/diskwright/staging/x/nbd work
device /dev/nbd2 orphan 1000 - 0 /run/user/1000/diskwright/staging/y
device /dev/nbd3 ownerless - 77 2048 -
`

test('devices with their owners', () => {
  expect(parseDevices(LISTED)).toEqual([
    { device: '/dev/nbd0', state: 'foreign', uid: null, pid: 812, bytes: 67_108_864, folder: null },
    {
      device: '/dev/nbd1',
      state: 'running',
      uid: 1000,
      pid: 930,
      bytes: 67_108_864,
      folder: '/run/user/1000/diskwright/staging/x/nbd work',
    },
    { device: '/dev/nbd2', state: 'orphan', uid: 1000, pid: null, bytes: 0, folder: '/run/user/1000/diskwright/staging/y' },
    { device: '/dev/nbd3', state: 'ownerless', uid: null, pid: 77, bytes: 1_048_576, folder: null },
  ])
})

test.each(['', 'refused not one of its verbs\n', 'device /dev/sda orphan - - 1 -\n'])('no devices in %j', (stdout) => {
  expect(parseDevices(stdout)).toEqual([])
})
