import { expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import type { EngineOperation } from '../engine'
import { readReport } from './report'

const operation = (partition: number, path: string): EngineOperation => ({
  kind: 'rewrite-file',
  partition,
  filesystem: 'xfs',
  path,
  expectedSha256: '0'.repeat(64),
  content: new Uint8Array(),
  mtime: 'now',
})

/** Records of a real run on a disk with a full, a frozen, a dirty and an empty partition. */
const RECORDS = [
  'mounted 1 clean',
  '1 ok',
  '2 error changed 0 0 ',
  '3 error missing 0 0 ',
  'unmounted 1',
  'mounted 2 clean',
  '4 error irregular 0 0 ',
  'unmounted 2',
  'mounted 5 clean',
  '5 error full 1048376 20480 ',
  'unmounted 5',
  'mounted 7 clean',
  'unmounted 7',
  '6 error read-only 0 0 ',
  'mounted 8 replayed',
  '7 ok',
  'unmounted 8',
  '8 error unreadable 0 0 ',
  '9 error no-partition 0 0 ',
]
const OPERATIONS = [1, 1, 1, 2, 5, 7, 8, 9, 10].map((partition) => operation(partition, '/entry.conf'))
const CONSOLE =
  'mount: mounting /dev/ubda9 on /m/tmp/mnt failed: Invalid argument\nXFS (ubda8): Unmounting Filesystem\nreboot: System halted'

test('one outcome for each operation, with the code that people get', () => {
  const { outcomes, notes } = readReport(RECORDS, OPERATIONS, CONSOLE, 'uml')
  expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))).toEqual([
    'ok',
    'image-changed',
    'guest-file-not-found',
    'not-a-regular-file',
    'guest-filesystem-full',
    'filesystem-read-only',
    'ok',
    'filesystem-unreadable',
    'partition-not-found',
  ])
  expect(outcomes[4]).toMatchObject({
    error: { details: { path: '/entry.conf', partition: 5, neededBytes: 1_048_376, freeBytes: 20_480 } },
  })
  expect(outcomes[7]).toMatchObject({ error: { toolOutput: CONSOLE } })
  expect(notes).toEqual(['Partition 8: the file system had not been unmounted cleanly; its journal was replayed before writing.'])
})

function failure(records: readonly string[]): AppError | undefined {
  try {
    readReport(records, OPERATIONS.slice(0, 1), CONSOLE, 'uml')
    return undefined
  } catch (thrown) {
    return thrown instanceof AppError ? thrown : undefined
  }
}

test.each([
  ['no record of the operation', ['mounted 1 clean', 'unmounted 1'], 'operation 1 left no record'],
  ['a file system that was not unmounted', ['mounted 1 clean', '1 ok'], 'a file system was not unmounted'],
  ['a file system that could not be unmounted', ['mounted 1 clean', '1 ok', 'stuck 1'], 'partition 1 could not be unmounted'],
])('%s fails the whole run', (_what, records, reason) => {
  const error = failure(records)
  expect(error?.code).toBe('engine-failed')
  expect(error?.data.details.reason).toBe(reason)
})

test('a record that is not understood is a failed edit', () => {
  const { outcomes } = readReport(['mounted 1 clean', '1 error surprise 0 0 what', 'unmounted 1'], OPERATIONS.slice(0, 1), CONSOLE, 'uml')
  expect(outcomes[0]).toMatchObject({ ok: false, error: { code: 'edit-not-written' } })
})
