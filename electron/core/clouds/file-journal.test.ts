import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileJournal, readUploadJournal } from './file-journal.js'

let folder: string
beforeEach(() => {
  folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'diskwright-journal-')), 'one')
})
afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true, force: true }))

const disk = { kind: 'disk', id: 'd-1', label: 'disk boot', keepOnSuccess: true }

test('what was put, noted and made is there after a break; the last word of each thing counts', async () => {
  const journal = await openFileJournal(folder)
  await journal.put('session', { id: 1 })
  await journal.put('session', { id: 2 })
  journal.note('part 1', 'etag')
  await journal.created({ ...disk, label: 'about to be made' })
  await journal.created(disk)
  await journal.created({ ...disk, id: 'd-2', facts: { zone: 'a' } })
  await journal.forget('disk', 'd-2')
  journal.note('part 2', 'other')
  expect(journal.get('part 2')).toBe('other')
  await journal.close()

  const again = await openFileJournal(folder)
  expect(again.get('session')).toEqual({ id: 2 })
  expect(again.get('part 1')).toBe('etag')
  expect(again.get('part 2')).toBe('other')
  expect(again.remotes()).toEqual([{ ...disk, facts: {} }])
  await again.close()
})

test('what a call promised is on disk when it returns; notes are when they are synced', async () => {
  const journal = await openFileJournal(folder)
  journal.note('part', 1)
  await journal.put('key', 'value')
  const known = readUploadJournal(folder)
  expect(known.values).toEqual(
    new Map<string, unknown>([
      ['part', 1],
      ['key', 'value'],
    ]),
  )
  journal.note('part', 2)
  await journal.sync()
  expect(readUploadJournal(folder).values.get('part')).toBe(2)
  await journal.close()
})

test('a line that a crash tore off is left out, and does not swallow the next one', async () => {
  const journal = await openFileJournal(folder)
  await journal.put('one', 1)
  await journal.close()
  fs.appendFileSync(path.join(folder, 'journal.jsonl'), '{"put":"two","val')
  const again = await openFileJournal(folder)
  expect(again.get('one')).toBe(1)
  expect(again.get('two')).toBeUndefined()
  await again.put('three', 3)
  await again.close()
  expect([...readUploadJournal(folder).values.keys()]).toEqual(['one', 'three'])
})

test('only its owner may look into it', async () => {
  const journal = await openFileJournal(folder)
  await journal.put('one', 1)
  await journal.close()
  expect(fs.statSync(folder).mode & 0o777).toBe(0o700)
  expect(fs.statSync(path.join(folder, 'journal.jsonl')).mode & 0o777).toBe(0o600)
})

test('what cannot be written is told by the next call that waits', async () => {
  const journal = await openFileJournal(folder)
  await journal.close()
  await expect(journal.put('late', 1)).rejects.toThrow('closed')
})
