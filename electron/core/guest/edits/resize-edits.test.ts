import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { DiskFacts } from '../draft-partitions.js'
import { memoryFiles, memoryPartition } from '../testing/memory-files.js'
import { applyEdits } from './apply-edits.js'

const MIB = 1024 ** 2
const GIB = 1024 * MIB
/** Partitions lie at 1, 2 and 3 GiB, 1 GiB each. */
const PARTITIONS = [memoryPartition(1, 'fat'), memoryPartition(2, 'ext'), memoryPartition(3)]
const DISK: DiskFacts = { virtualBytes: 5 * GIB, sectorBytes: 512, table: 'gpt', extended: [] }

async function apply(edits: Edit[], disk: Partial<DiskFacts> = {}, idempotent = false) {
  return applyEdits(memoryFiles({}), PARTITIONS, edits, { disk: { ...DISK, ...disk }, backupGpt: 'in-place', idempotent })
}

test('a larger disk has its backup GPT moved, before anything else is done to the table', async () => {
  const { draft, outcomes } = await apply([
    { kind: 'resize-disk', bytes: 6 * GIB },
    { kind: 'set-partition-type', partition: 3, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' },
    { kind: 'resize-disk', bytes: 8 * GIB },
    { kind: 'move-backup-gpt' },
  ])
  expect(outcomes.map(({ problem }) => problem)).toEqual([null, null, null, null])
  expect(draft.steps().map(({ operation }) => operation.kind)).toEqual([
    'resize-disk',
    'move-backup-gpt',
    'set-partition-type',
    'resize-disk',
  ])
  expect(draft.engineOperations().map(({ kind }) => kind)).toEqual(['move-backup-gpt', 'set-partition-type'])
  expect(draft.diskBytes).toEqual({ before: 5 * GIB, most: 8 * GIB, last: 8 * GIB })
  expect(draft.layout.virtualBytes).toBe(8 * GIB)
})

test('a disk that grows and is cut again is written at its largest', async () => {
  const { draft } = await apply([
    { kind: 'resize-disk', bytes: 9 * GIB },
    { kind: 'resize-disk', bytes: 4 * GIB + MIB },
  ])
  expect(draft.diskBytes).toEqual({ before: 5 * GIB, most: 9 * GIB, last: 4 * GIB + MIB })
})

test('an MBR has nothing that is to be moved', async () => {
  const { draft } = await apply([{ kind: 'resize-disk', bytes: 6 * GIB }], { table: 'mbr' })
  expect(draft.engineOperations()).toEqual([])
})

test.each([
  ['gpt', 4 * GIB, 'Partition 3 reaches further: the least is 4 GiB (4296015872 bytes)'],
  ['gpt', 4 * GIB + 32 * 512, 'Partition 3 reaches further: the least is 4 GiB (4296015872 bytes)'],
  ['gpt', 4 * GIB + 33 * 512, null],
  ['mbr', 4 * GIB, null],
  ['mbr', 2 * GIB + 512, 'Partitions 2, 3 reach further: the least is 4 GiB (4294967296 bytes)'],
] as const)('a disk with a %s made %i bytes large', async (table, bytes, reason) => {
  const { draft, outcomes } = await apply([{ kind: 'resize-disk', bytes }], { table })
  const problem = outcomes[0]?.problem
  expect(problem?.details.reason ?? null).toBe(reason)
  expect(draft.layout.virtualBytes).toBe(reason === null ? bytes : 5 * GIB)
  if (problem) expect(problem.code).toBe('resize-refused')
})

test('an extended partition is in the way too', async () => {
  const { outcomes } = await apply([{ kind: 'resize-disk', bytes: 4 * GIB + 512 }], {
    table: 'mbr',
    extended: [{ startBytes: 4 * GIB, sizeBytes: GIB / 2 }],
  })
  expect(outcomes[0]?.problem?.details.reason).toMatch(/^The extended partition reaches further/)
})

test('a disk of which nothing is known is not cut', async () => {
  const { outcomes } = await applyEdits(memoryFiles({}), [], [{ kind: 'resize-disk', bytes: GIB }], { disk: { ...DISK, table: 'none' } })
  expect(outcomes[0]?.problem?.code).toBe('resize-refused')
})

test('the same size once more is nothing to do', async () => {
  const again = await apply([{ kind: 'resize-disk', bytes: 5 * GIB }], {}, true)
  expect(again.outcomes).toEqual([{ problem: null, notes: ['It has its effect already.'] }])
  const { draft } = await apply([{ kind: 'resize-disk', bytes: 5 * GIB }])
  expect(draft.steps()).toEqual([])
})
