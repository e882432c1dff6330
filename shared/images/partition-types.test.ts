import { expect, test } from 'vitest'
import { ESP_GUID, isEspType, isExtendedType, normalizePartitionType, partitionTypeName } from './partition-types.js'

test('types are named in any spelling', () => {
  expect(partitionTypeName('c12a7328-f81f-11d2-ba4b-00a0c93ec93b')).toBe('EFI system')
  expect(partitionTypeName('0FC63DAF-8483-4772-8E79-3D69D8477DE4')).toBe('Linux file system')
  expect(['c', '0xC', '0c'].map(partitionTypeName)).toEqual(['FAT32 (LBA)', 'FAT32 (LBA)', 'FAT32 (LBA)'])
  expect(partitionTypeName('7f')).toBe('Unknown (7f)')
  expect(partitionTypeName('00000000-0000-0000-0000-00000000000a')).toBe('Unknown (00000000-0000-0000-0000-00000000000A)')
  expect(partitionTypeName('constructor')).toBe('Unknown (constructor)')
})

test('EFI system partitions and extended ones are told', () => {
  expect([ESP_GUID, 'ef', 'EF', '0xef', '83'].map(isEspType)).toEqual([true, true, true, true, false])
  expect(['5', 'f', '85', '83'].map(isExtendedType)).toEqual([true, true, true, false])
  expect(normalizePartitionType('5')).toBe('05')
})
