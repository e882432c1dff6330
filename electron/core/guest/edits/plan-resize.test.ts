import fc from 'fast-check'
import { expect, test } from 'vitest'
import { leastDiskBytes, planResize, type ResizeWish } from '#shared/edits/plan-resize'
import { ALIGNMENT_BYTES, endOf, layoutOf, usableEnd } from '#shared/images/disk-layout'
import type { Filesystem, ImageInfo, Partition } from '#shared/images/image-info'
import { memoryFiles, memoryPartition } from '../testing/memory-files.js'
import { applyEdits } from './apply-edits.js'

const MIB = 1024 ** 2
type Disk = Pick<ImageInfo, 'virtualBytes' | 'sectorBytes' | 'table' | 'partitions'>

const kinds: readonly Omit<Filesystem, 'sizeBytes' | 'leastBytes'>[] = [
  { kind: 'ext', type: 'ext4', label: null, uuid: null, usedBytes: null },
  { kind: 'xfs', type: 'xfs', label: null, uuid: null, usedBytes: null },
  { kind: 'fat', type: 'vfat (FAT16)', label: null, uuid: null, usedBytes: null },
  { kind: 'swap', type: 'swap', label: null, uuid: null, usedBytes: null },
  { kind: 'lvm', type: 'LVM2_member', label: null, uuid: null, usedBytes: null },
]
const pieces = fc.array(
  fc.record({
    gap: fc.integer({ min: 0, max: 4000 }),
    sectors: fc.integer({ min: 2048, max: 200_000 }),
    kind: fc.constantFrom(...kinds),
    used: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 4 },
)
const disks = fc
  .record({ pieces, table: fc.constantFrom('gpt' as const, 'mbr' as const), rest: fc.integer({ min: 64, max: 200_000 }) })
  .map(({ pieces: list, table, rest }): Disk => {
    let at = 2048
    const partitions = list.map(({ gap, sectors, kind, used }, index): Partition => {
      const startBytes = (at + gap) * 512
      at += gap + sectors
      const sizeBytes = sectors * 512
      const sizes = kind.kind === 'ext' ? { sizeBytes, leastBytes: Math.min(sizeBytes, Math.ceil((used * sizeBytes) / MIB) * MIB) } : {}
      return memoryPartition(index + 1, 'ext', { startBytes, sizeBytes, filesystem: { ...kind, ...sizes } })
    })
    return { table, sectorBytes: 512, partitions, virtualBytes: (at + rest) * 512 }
  })
const wishes = fc.record({
  size: fc.oneof(
    fc.constantFrom('min' as const, null),
    fc.integer({ min: 8, max: 1024 }).map((mib) => mib * MIB),
  ),
  partition: fc.constantFrom<ResizeWish['partition']>('last', null, 1, 2, 3, 4),
})

async function carryOut({ partitions, ...disk }: Disk, edits: Parameters<typeof applyEdits>[2]) {
  return applyEdits(memoryFiles({}), partitions, edits, { disk: { ...disk, extended: [] }, backupGpt: 'in-place' })
}

test('every plan can be carried out: no partition is lost, moved, cut below its least or laid over another, and ends that move are whole MiB', async () => {
  await fc.assert(
    fc.asyncProperty(disks, wishes, async (disk, wish) => {
      const plan = planResize(disk, wish)
      if (!plan.ok) {
        expect(plan.reason).not.toBe('')
        return
      }
      const { draft, outcomes } = await carryOut(disk, [...plan.edits])
      expect(outcomes.map(({ problem }) => problem)).toEqual(plan.edits.map(() => null))
      const after = draft.layout
      if (typeof wish.size === 'number') expect(after.virtualBytes).toBe(wish.size)
      expect(after.partitions.map(({ number, startBytes }) => [number, startBytes])).toEqual(
        disk.partitions.map(({ number, startBytes }) => [number, startBytes]),
      )
      const ends = after.partitions.toSorted((one, other) => one.startBytes - other.startBytes)
      for (const [index, partition] of ends.entries()) {
        expect(endOf(partition)).toBeLessThanOrEqual(ends[index + 1]?.startBytes ?? usableEnd(after))
        const before = disk.partitions.find(({ number }) => number === partition.number)
        if (before?.sizeBytes === partition.sizeBytes) continue
        expect(endOf(partition) % ALIGNMENT_BYTES).toBe(0)
        expect(partition.sizeBytes).toBeGreaterThanOrEqual(before?.filesystem?.leastBytes ?? before?.sizeBytes ?? 0)
      }
    }),
    { numRuns: 300 },
  )
})

test('the least size is one that can be asked for, and a MiB less is refused', async () => {
  await fc.assert(
    fc.asyncProperty(disks, async (disk) => {
      const least = leastDiskBytes(disk)
      const plan = planResize(disk, { size: least, partition: 'last' })
      expect(plan).toMatchObject({ ok: true })
      const min = planResize(disk, { size: 'min', partition: null })
      const { draft } = await carryOut(disk, min.ok ? [...min.edits] : [])
      expect(draft.layout.virtualBytes).toBe(least)
      if (least <= 2 * MIB) return
      const less = planResize(disk, { size: least - MIB, partition: 'last' })
      const fits = layoutOf(disk).partitions.every((partition) => endOf(partition) <= usableEnd({ ...disk, virtualBytes: least - MIB }))
      expect(less.ok).toBe(fits)
    }),
  )
})

const EXT: Filesystem = { kind: 'ext', type: 'ext4', label: null, uuid: null, usedBytes: null, sizeBytes: 64 * MIB, leastBytes: 20 * MIB }
const DISK: Disk = {
  virtualBytes: 128 * MIB,
  sectorBytes: 512,
  table: 'gpt',
  partitions: [
    memoryPartition(1, 'fat', { startBytes: MIB, sizeBytes: 8 * MIB }),
    memoryPartition(2, 'ext', { startBytes: 9 * MIB, sizeBytes: 64 * MIB, filesystem: EXT }),
  ],
}

test.each<[string, ResizeWish, unknown]>([
  [
    'larger, with the last partition',
    { size: 256 * MIB, partition: 'last' },
    [
      { kind: 'resize-disk', bytes: 256 * MIB },
      { kind: 'grow-partition', partition: 2 },
    ],
  ],
  ['larger, with free space', { size: 256 * MIB, partition: null }, [{ kind: 'resize-disk', bytes: 256 * MIB }]],
  ['the free space that is there', { size: null, partition: 2 }, [{ kind: 'grow-partition', partition: 2 }]],
  ['less free space', { size: 80 * MIB, partition: 'last' }, [{ kind: 'resize-disk', bytes: 80 * MIB }]],
  [
    'smaller',
    { size: 64 * MIB, partition: 'last' },
    [
      { kind: 'shrink-partition', partition: 2, bytes: 54 * MIB },
      { kind: 'resize-disk', bytes: 64 * MIB },
    ],
  ],
  [
    'as small as can be',
    { size: 'min', partition: null },
    [
      { kind: 'shrink-partition', partition: 2, bytes: 20 * MIB },
      { kind: 'resize-disk', bytes: 30 * MIB },
    ],
  ],
])('a disk made %s', (_name, wish, edits) => {
  expect(planResize(DISK, wish)).toMatchObject({ ok: true, edits })
})

test.each<[string, ResizeWish, RegExp]>([
  [
    'too small',
    { size: 20 * MIB, partition: 'last' },
    /^Partition 2 needs at least 20 MiB .* The least that the disk can be made is 30 MiB/,
  ],
  ['a partition that is not the last', { size: 256 * MIB, partition: 1 }, /^Partition 1 cannot be grown: there is no tool/],
  ['larger than any disk', { size: 65 * 1024 ** 4, partition: null }, /^A disk can be 64 TiB/],
  ['a partition that is not there', { size: 256 * MIB, partition: 7 }, /^There is no partition 7/],
  ['smaller through a partition that is not the last', { size: 64 * MIB, partition: 1 }, /^Partition 2 ends last/],
])('refused: %s', (_name, wish, reason) => {
  const plan = planResize(DISK, wish)
  expect(plan.ok ? '' : plan.reason).toMatch(reason)
})
