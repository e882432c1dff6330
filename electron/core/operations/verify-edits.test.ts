import { expect, test } from 'vitest'
import type { GuestStat } from '#shared/images/guest-stat'
import { GuestDraft } from '../guest/draft.js'
import { memoryFiles, type MemoryImage, memoryPartition } from '../guest/testing/memory-files.js'
import { NOTHING_TOLD } from '../guest/volumes/volume.js'
import { expectedResult, verifyPaths } from './verify-edits.js'

const BEFORE: MemoryImage = { '2:/etc/motd': 'hello\n', '2:/etc/old/a': '1', '2:/etc/old/b': '2', '2:/etc/kept': 'kept' }

/** An image whose file system tells all; what is not said otherwise is mode 0644 of root's. */
function image(files: MemoryImage, told: Readonly<Record<string, Partial<GuestStat>>> = {}, links: Readonly<Record<string, string>> = {}) {
  const base = memoryFiles(files, links)
  const stats = (partition: number, paths: readonly string[]) =>
    Promise.all(
      paths.map(async (path): Promise<GuestStat | undefined> => {
        const entry = await base.find(partition, path)
        const linkTarget = links[`${partition}:${path}`] ?? null
        return entry && { ...NOTHING_TOLD, ...entry, mode: 0o644, uid: 0, gid: 0, selinux: 'etc_t', linkTarget, ...told[path] }
      }),
    )
  async function* stream(partition: number, path: string, range: { readonly length?: number } = {}) {
    yield (await base.read(partition, path, 1e9)).subarray(0, range.length)
  }
  return { ...base, stats, stat: async (partition: number, path: string) => (await stats(partition, [path]))[0], stream }
}

async function expectedOf(edit: (draft: GuestDraft) => Promise<void>) {
  const draft = new GuestDraft(image(BEFORE), [memoryPartition(2)])
  await edit(draft)
  return (await expectedResult(draft)).paths
}

const ROOT = { mode: 0o600, uid: 7, gid: 8 }
const EDITS: Readonly<Record<string, (draft: GuestDraft) => Promise<void>>> = {
  rewrite: (draft) => draft.write(2, '/etc/motd', Buffer.from('other\n'), 6),
  create: (draft) => draft.write(2, '/etc/new', Buffer.from('new'), 3, ROOT),
  folder: (draft) => draft.makeFolder(2, '/etc/more', ROOT),
  link: (draft) => draft.makeLink(2, '/etc/link', 'motd'),
  remove: (draft) => draft.remove(2, '/etc/motd'),
  rename: (draft) => draft.rename(2, '/etc/old', '/etc/moved'),
  mode: (draft) => draft.setAttributes(2, '/etc/motd', { mode: 0o600, uid: null, gid: null }),
  owner: (draft) => draft.setAttributes(2, '/etc/motd', { mode: null, uid: 5, gid: null }),
}

test.each(Object.keys(EDITS))('%s: an image in which nothing was written does not pass', async (kind) => {
  const expected = await expectedOf(EDITS[kind] ?? expect.fail())
  await expect(verifyPaths(image(BEFORE), expected)).rejects.toMatchObject({ code: 'edit-not-written' })
})

const after = (changes: MemoryImage, gone: readonly string[] = []): MemoryImage =>
  Object.fromEntries(Object.entries({ ...BEFORE, ...changes }).filter(([path]) => !gone.includes(path)))
const GOOD: Readonly<Record<string, ReturnType<typeof image>>> = {
  rewrite: image(after({ '2:/etc/motd': 'other\n' })),
  create: image(after({ '2:/etc/new': 'new' }), { '/etc/new': ROOT }),
  folder: image(after({ '2:/etc/more/.': '' }), { '/etc/more': ROOT }),
  link: image(BEFORE, {}, { '2:/etc/link': 'motd' }),
  remove: image(after({}, ['2:/etc/motd'])),
  rename: image(after({ '2:/etc/moved/a': '1', '2:/etc/moved/b': '2' }, ['2:/etc/old/a', '2:/etc/old/b'])),
  mode: image(BEFORE, { '/etc/motd': { mode: 0o600 } }),
  owner: image(BEFORE, { '/etc/motd': { uid: 5 } }),
}

test.each(Object.keys(GOOD))('%s: what was asked for passes', async (kind) => {
  await verifyPaths(GOOD[kind] ?? expect.fail(), await expectedOf(EDITS[kind] ?? expect.fail()))
  expect(await expectedOf(EDITS[kind] ?? expect.fail())).not.toEqual([])
})

test.each<[string, string, ReturnType<typeof image>]>([
  ['rewrite', 'lost its label', image(after({ '2:/etc/motd': 'other\n' }), { '/etc/motd': { selinux: 'unlabeled_t' } })],
  ['rewrite', 'lost its owner', image(after({ '2:/etc/motd': 'other\n' }), { '/etc/motd': { uid: 1 } })],
  ['rewrite', 'is longer', image(after({ '2:/etc/motd': 'other\nmore' }))],
  ['create', 'has another mode', image(after({ '2:/etc/new': 'new' }), { '/etc/new': { ...ROOT, mode: 0o644 } })],
  ['folder', 'is a file', image(after({ '2:/etc/more': 'x' }), { '/etc/more': ROOT })],
  ['link', 'leads elsewhere', image(BEFORE, {}, { '2:/etc/link': 'shadow' })],
  ['rename', 'lost a file', image(after({ '2:/etc/moved/a': '1' }, ['2:/etc/old/a', '2:/etc/old/b']))],
])('%s: what %s does not pass', async (kind, _how, found) => {
  await expect(verifyPaths(found, await expectedOf(EDITS[kind] ?? expect.fail()))).rejects.toMatchObject({ code: 'edit-not-written' })
})
