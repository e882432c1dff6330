import { expect, test } from 'vitest'
import type { FilesystemKind, ImageInfo, Partition } from '#shared/images/image-info'
import type { OsTree } from '#shared/images/os-tree'
import { currentPlace, isWritable, placeOptions, unreadableWords } from './places.js'

function partition(number: number, kind: FilesystemKind | null, sizeBytes = 1): Partition {
  const filesystem = kind === null ? null : { kind, type: kind, label: null, uuid: null, usedBytes: null }
  return { number, startBytes: 0, sizeBytes, type: null, typeName: 'Linux', name: null, bootable: false, isEsp: false, filesystem }
}

const info = {
  osName: 'Some Linux',
  partitions: [partition(1, 'fat', 5), partition(2, 'xfs', 9), partition(3, 'luks', 99)],
} as unknown as ImageInfo
const tree: OsTree = { root: { partition: 2, prefix: '' }, ostree: null, mounts: [], osRelease: {}, unresolved: [] }

test('the system is looked at first; without one, the largest partition with files; what was chosen stays', () => {
  expect(placeOptions(info, tree).map(({ value }) => value)).toEqual(['system', '1', '2', '3'])
  expect(placeOptions(info, null)[2]?.label).toBe('Partition 3 · luks')
  expect(currentPlace(info, tree, null)).toBe('system')
  expect(currentPlace(info, null, null)).toBe(2)
  expect(currentPlace(info, null, 'system')).toBe(2)
  expect(currentPlace(info, tree, 3)).toBe(3)
  expect(currentPlace(info, tree, 7)).toBe('system')
  expect(currentPlace({ ...info, partitions: [] }, null, null)).toBeNull()
})

test('what cannot be read says why; what can only be read is not offered for changes', () => {
  expect(unreadableWords(partition(1, 'luks')).title).toContain('encrypted')
  expect(unreadableWords(partition(1, null)).text).toContain('Linux')
  expect([isWritable(partition(1, 'ext')), isWritable(partition(1, 'iso9660')), isWritable(undefined)]).toEqual([true, false, false])
})
