import { expect, test } from 'vitest'
import type { GuestHit } from '#shared/images/guest-search'
import type { GuestEntry } from '#shared/images/image-info'
import type { ImageFiles } from '../guest/guest-files.js'
import { searchFiles } from './search-guest.js'

const TREE: Readonly<Record<string, readonly string[]>> = {
  '/': ['etc/', 'boot/', 'readme.conf', 'loop@'],
  '/etc': ['ssh/', 'fstab', 'x.conf'],
  '/etc/ssh': ['SSHD.conf'],
  '/boot': [],
}

function entry(text: string): GuestEntry {
  const kind = text.endsWith('/') ? 'folder' : text.endsWith('@') ? 'link' : 'file'
  return { name: text.replace(/[/@]$/, ''), kind, sizeBytes: null }
}

const files: Pick<ImageFiles, 'listMany'> = {
  listMany: async (_partition, folders) => folders.map((folder) => (TREE[folder] ?? []).map(entry)),
}

test('names near the root first, links not followed', async () => {
  const batches: (readonly GuestHit[])[] = []
  const found = await searchFiles(files, [{ partition: 2 }], 'CONF', { onHits: (hits) => batches.push(hits) })
  expect(found).toEqual({
    hits: [
      { partition: 2, path: '/readme.conf', kind: 'file' },
      { partition: 2, path: '/etc/x.conf', kind: 'file' },
      { partition: 2, path: '/etc/ssh/SSHD.conf', kind: 'file' },
    ],
    cut: null,
    looked: 8,
  })
  expect(batches.flat()).toEqual(found.hits)
  expect((await searchFiles(files, [{ partition: 1 }], 'loop')).hits).toEqual([{ partition: 1, path: '/loop', kind: 'link' }])
})

test('below a folder, and by a pattern', async () => {
  const places = [{ partition: 1, folder: '/etc' }]
  expect((await searchFiles(files, places, 's*')).hits.map((hit) => hit.path)).toEqual(['/etc/ssh', '/etc/ssh/SSHD.conf'])
})

test('it is said where it ended early', async () => {
  const places = [{ partition: 1 }, { partition: 2 }]
  expect(await searchFiles(files, places, 'conf', { limits: { hits: 2 } })).toMatchObject({ cut: 'hits', hits: { length: 2 } })
  expect(await searchFiles(files, places, 'conf', { limits: { hits: 6 } })).toMatchObject({ cut: null, hits: { length: 6 } })
  expect(await searchFiles(files, places, 'conf', { limits: { entries: 5 } })).toMatchObject({ cut: 'entries', looked: 5 })
})

/** A folder in a folder in a folder. */
const endless: Pick<ImageFiles, 'listMany'> = {
  listMany: async (_partition, folders) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return folders.map(() => [entry('again/')])
  },
}

test('time, and folders without end', async () => {
  expect(await searchFiles(endless, [{ partition: 1 }], 'x', { limits: { seconds: 0.05 } })).toMatchObject({ cut: 'time', hits: [] })
  expect(await searchFiles(endless, [{ partition: 1 }], 'x')).toMatchObject({ cut: null, looked: 64 })
})

test('it can be cancelled', async () => {
  const control = new AbortController()
  const search = searchFiles(endless, [{ partition: 1 }], 'x', { signal: control.signal })
  setTimeout(() => control.abort(), 20)
  await expect(search).rejects.toMatchObject({ code: 'cancelled' })
})
