import { expect, test } from 'vitest'
import { partitionOfSpec } from './device-spec.js'
import { memoryPartition } from './testing/memory-files.js'

const uuid = (number: number): string => `0000000${number}-0000-4000-8000-000000000000`
const PARTITIONS = [
  memoryPartition(1, 'fat', { name: 'EFI-SYSTEM', uuid: '1badb002-01' }),
  memoryPartition(2, 'ext', {
    name: 'my boot',
    uuid: 'f9553be1-1b2e-9346-b2bf-ea23729837b3',
    filesystem: { kind: 'ext', type: 'ext4', label: 'a b', uuid: uuid(2), usedBytes: null },
  }),
  memoryPartition(3),
]

test.each([
  [`UUID=${uuid(3)}`, 3],
  [`UUID="${uuid(3).toUpperCase()}"`, 3],
  ['LABEL=a b', 2],
  ['PARTLABEL=EFI-SYSTEM', 1],
  ['PARTUUID=F9553BE1-1B2E-9346-B2BF-EA23729837B3', 2],
  ['PARTUUID=1badb002-01', 1],
  ['/dev/sda2', 2],
  ['/dev/vda3', 3],
  ['/dev/nvme0n1p1', 1],
  ['/dev/mmcblk0p2', 2],
  [`/dev/disk/by-uuid/${uuid(3)}`, 3],
  ['/dev/disk/by-label/a\\x20b', 2],
  ['/dev/disk/by-partlabel/my\\x20boot', 2],
])('%s', (spec, number) => {
  expect(partitionOfSpec(PARTITIONS, spec)?.number).toBe(number)
})

test.each([
  'UUID=',
  'LABEL=',
  'LABEL=other',
  '/dev/sdb1',
  '/dev/sda',
  '/dev/sda9',
  '/dev/nvme0n12',
  '/dev/nvme1n1p1',
  '/dev/mapper/vg-root',
  'tmpfs',
  '',
])('%s is none of them', (spec) => {
  expect(partitionOfSpec(PARTITIONS, spec)).toBe(undefined)
})

test('a disk without a table is its own partition', () => {
  expect(partitionOfSpec([memoryPartition(0)], '/dev/vda')?.number).toBe(0)
})
