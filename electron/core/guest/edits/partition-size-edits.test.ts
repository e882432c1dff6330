import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { Filesystem, Partition } from '#shared/images/image-info'
import type { DiskFacts } from '../draft-partitions.js'
import { memoryFiles, memoryPartition } from '../testing/memory-files.js'
import { applyEdits } from './apply-edits.js'

const MIB = 1024 ** 2
const GIB = 1024 * MIB
const DISK: DiskFacts = { virtualBytes: 6 * GIB, sectorBytes: 512, table: 'gpt', extended: [] }

function filesystem(kind: Filesystem['kind'], type: string, more: Partial<Filesystem> = {}): Filesystem {
  return { kind, type, label: null, uuid: null, usedBytes: null, ...more }
}

const EXT = filesystem('ext', 'ext4', { sizeBytes: GIB, leastBytes: 100 * MIB })
/** At 1, 2 and 4 GiB, 1 GiB each. */
function rows(last: Filesystem | null, middle: Filesystem | null = EXT): Partition[] {
  return [
    memoryPartition(1, 'fat'),
    memoryPartition(2, 'ext', { filesystem: middle }),
    memoryPartition(3, 'ext', { startBytes: 4 * GIB, filesystem: last }),
  ]
}

async function apply(edits: Edit[], partitions = rows(EXT), disk: Partial<DiskFacts> = {}) {
  const applied = await applyEdits(memoryFiles({}), partitions, edits, { disk: { ...DISK, ...disk }, backupGpt: 'in-place' })
  return { ...applied, reasons: applied.outcomes.map(({ problem }) => problem?.details.reason ?? null) }
}

test('a disk, a partition and its file system grow in this order', async () => {
  const { draft, reasons } = await apply([
    { kind: 'resize-disk', bytes: 8 * GIB },
    { kind: 'grow-partition', partition: 3 },
  ])
  expect(reasons).toEqual([null, null])
  expect(draft.engineOperations()).toEqual([
    { kind: 'move-backup-gpt' },
    { kind: 'resize-partition', partition: 3, startBytes: 4 * GIB, sizeBytes: 4 * GIB - MIB, fromBytes: GIB },
    { kind: 'grow-filesystem', partition: 3, filesystem: 'ext4' },
  ])
  expect(draft.partitions[2]).toMatchObject({ sizeBytes: 4 * GIB - MIB, filesystem: { sizeBytes: 4 * GIB - MIB } })
})

test('a file system becomes smaller before its partition and the disk do', async () => {
  const { draft, reasons } = await apply([
    { kind: 'shrink-partition', partition: 3, bytes: 200 * MIB + 512 },
    { kind: 'resize-disk', bytes: 4 * GIB + 202 * MIB },
  ])
  expect(reasons).toEqual([null, null])
  expect(draft.engineOperations()).toEqual([
    { kind: 'shrink-filesystem', partition: 3, filesystem: 'ext4', bytes: 200 * MIB },
    { kind: 'resize-partition', partition: 3, startBytes: 4 * GIB, sizeBytes: 200 * MIB + 512, fromBytes: GIB },
  ])
  expect(draft.diskBytes).toMatchObject({ most: 6 * GIB, last: 4 * GIB + 202 * MIB })
})

test('growth ends at the next partition', async () => {
  const { draft, reasons } = await apply([{ kind: 'grow-partition', partition: 2 }])
  expect(reasons).toEqual([null])
  expect(draft.partitions[1]?.sizeBytes).toBe(2 * GIB)
  const more = await apply([{ kind: 'grow-partition', partition: 2, bytes: 2 * GIB + 512 }])
  expect(more.reasons).toEqual(['Partition 2 can be made 2 GiB (2147483648 bytes) at most: partition 3 follows it'])
  expect(more.draft.steps()).toEqual([])
})

test.each<[string, Filesystem | null, string[], RegExp | null]>([
  ['XFS', filesystem('xfs', 'xfs'), ['resize-partition', 'grow-filesystem'], null],
  ['swap', filesystem('swap', 'swap'), ['resize-partition', 'grow-filesystem'], null],
  ['LVM', filesystem('lvm', 'LVM2_member'), ['resize-partition'], /pvresize/],
  ['LUKS', filesystem('luks', 'crypto_LUKS'), ['resize-partition'], /cryptsetup resize/],
  ['nothing', null, ['resize-partition'], /no file system/],
])('what grows with a partition that holds %s', async (_name, content, kinds, note) => {
  const { draft, outcomes } = await apply([{ kind: 'grow-partition', partition: 3 }], rows(content))
  expect(draft.steps().map(({ operation }) => operation.kind)).toEqual(kinds)
  expect(outcomes[0]?.notes.join(' ')).toMatch(note ?? /^$/)
})

test.each<[string, Edit, Partition[], Partial<DiskFacts>, RegExp]>([
  ['a FAT', { kind: 'grow-partition', partition: 3 }, rows(filesystem('fat', 'vfat (FAT32)')), {}, /no tool here that makes a FAT larger/],
  ['NTFS', { kind: 'grow-partition', partition: 3 }, rows(filesystem('ntfs', 'ntfs')), {}, /no tool here that makes ntfs larger/],
  [
    'a logical partition',
    { kind: 'grow-partition', partition: 5 },
    [memoryPartition(5, 'ext')],
    { table: 'mbr' },
    /lies in an extended one/,
  ],
  ['no free space', { kind: 'grow-partition', partition: 1 }, [memoryPartition(1), memoryPartition(2)], {}, /partition 2 follows it/],
  ['less than it has', { kind: 'grow-partition', partition: 3, bytes: 512 * MIB }, rows(EXT), {}, /is larger than that already/],
  ['a smaller XFS', { kind: 'shrink-partition', partition: 3, bytes: MIB }, rows(filesystem('xfs', 'xfs')), {}, /XFS has no way to shrink/],
  ['too small', { kind: 'shrink-partition', partition: 3, bytes: 99 * MIB }, rows(EXT), {}, /needs at least 100 MiB \(104857600 bytes\)/],
  ['a shrink that is growth', { kind: 'shrink-partition', partition: 3, bytes: 2 * GIB }, rows(EXT), {}, /is smaller than that/],
  [
    'a small btrfs',
    { kind: 'grow-partition', partition: 2, bytes: 200 * MIB },
    [memoryPartition(2, 'ext', { sizeBytes: 100 * MIB, filesystem: filesystem('btrfs', 'btrfs') })],
    {},
    /before it is 256 MiB/,
  ],
])('refused with words: %s', async (_name, edit, partitions, disk, words) => {
  const { draft, outcomes } = await apply([edit], partitions, disk)
  expect(outcomes[0]?.problem?.code).toBe('resize-refused')
  expect(outcomes[0]?.problem?.details.reason).toMatch(words)
  expect(draft.steps()).toEqual([])
})

test('a partition that is not there is named', async () => {
  const { outcomes } = await apply([{ kind: 'grow-partition', partition: 9 }])
  expect(outcomes[0]?.problem?.code).toBe('partition-not-found')
})

test('a file system smaller than its partition grows though there is nothing free behind that', async () => {
  const { draft } = await apply(
    [{ kind: 'grow-partition', partition: 2 }],
    [memoryPartition(2, 'ext', { filesystem: { ...EXT, sizeBytes: GIB / 2 } }), memoryPartition(3, 'ext')],
  )
  expect(draft.engineOperations()).toEqual([{ kind: 'grow-filesystem', partition: 2, filesystem: 'ext4' }])
})

test('without its file system, a FAT is only given the room', async () => {
  const { draft } = await apply([{ kind: 'grow-partition', partition: 3, filesystem: false }], rows(filesystem('fat', 'vfat (FAT32)')))
  expect(draft.engineOperations().map(({ kind }) => kind)).toEqual(['resize-partition'])
})

test('a file system without a table grows and shrinks with the disk', async () => {
  const whole = [memoryPartition(0, 'ext', { startBytes: 0, sizeBytes: GIB, filesystem: EXT })]
  const facts = { table: 'none', virtualBytes: GIB } as const
  const grown = await apply(
    [
      { kind: 'resize-disk', bytes: 2 * GIB },
      { kind: 'grow-partition', partition: 0 },
    ],
    whole,
    facts,
  )
  expect(grown.draft.engineOperations()).toEqual([{ kind: 'grow-filesystem', partition: 0, filesystem: 'ext4' }])
  const cut = await apply(
    [
      { kind: 'shrink-partition', partition: 0, bytes: GIB / 2 },
      { kind: 'resize-disk', bytes: GIB / 2 },
    ],
    whole,
    facts,
  )
  expect(cut.reasons).toEqual([null, null])
  expect(cut.draft.engineOperations().map(({ kind }) => kind)).toEqual(['shrink-filesystem'])
})
