import { expect, test } from 'vitest'
import type { Remote } from '#shared/clouds/upload-plan'
import { AppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { UploadJournal } from '../upload-journal.js'
import { deleteEach } from './delete-each.js'

function journalOf(ids: readonly string[]): UploadJournal {
  const remotes = new Map(
    ids.map((id) => [id, { kind: 'thing', id, label: `thing ${id}`, keepOnSuccess: id === 'kept', facts: {} } satisfies Remote]),
  )
  return {
    get: () => undefined,
    put: async () => {},
    note: () => {},
    sync: async () => {},
    created: async () => {},
    forget: async (_kind, id) => void remotes.delete(id),
    remotes: () => [...remotes.values()],
  }
}

test('the last made goes first; what stays is told with its reason, and stays in the journal', async () => {
  const journal = journalOf(['a', 'kept', 'b', 'c', 'd'])
  const seen: string[] = []
  const { left } = await deleteEach({ journal, which: ({ keepOnSuccess }) => !keepOnSuccess, signal: undefined }, async ({ id }) => {
    seen.push(id)
    if (id === 'b') return 'It is in use'
    if (id === 'c') throw new AppError('cloud-denied', { details: { service: 'Cloud', what: 'delete it', reason: 'no right' } })
    return null
  })
  expect(seen).toEqual(['d', 'c', 'b', 'a'])
  expect(left).toEqual([
    { label: 'thing c', reason: 'This account may not delete it. No right.' },
    { label: 'thing b', reason: 'It is in use' },
  ])
  expect(journal.remotes().map(({ id }) => id)).toEqual(['kept', 'b', 'c'])
})

test('what could not be deleted does not promise that an upload can go on', async () => {
  const errors = ['cloud-unreachable', 'cloud-busy', 'cloud-failed', 'sign-in-expired'] as const
  const { left } = await deleteEach({ journal: journalOf(errors), which: () => true, signal: undefined }, async ({ id }) => {
    throw new AppError(errors.find((code) => code === id) ?? 'internal', { details: { service: 'Cloud', reason: 'it went wrong' } })
  })
  const reasons = left.map(({ reason }) => reason)
  for (const reason of reasons) expect(reason).not.toContain('What was sent so far')
  const told = describeError(new AppError('cloud-failed', { details: { service: 'Cloud', reason: `Left: ${reasons.join('; ')}` } }).data)
  expect(told.detail).not.toContain('What was sent so far')
  const goesOn = describeError(new AppError('cloud-failed', { details: { service: 'Cloud', upload: 'one that can go on' } }).data)
  expect(goesOn.detail.match(/What was sent so far is kept/g)).toHaveLength(1)
})

test('whoever cancels it hears of that alone', async () => {
  const stop = new AbortController()
  const run = deleteEach({ journal: journalOf(['a', 'b']), which: () => true, signal: stop.signal }, async () => {
    stop.abort()
    throw new AppError('cloud-unreachable')
  })
  await expect(run).rejects.toThrow('cancelled')
})
