import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { placeIn, putBack, stageAttributes, stageHostFiles, stageRemove, stageRename, stageWrite } from './stage-files.js'

const FSTAB = { path: '/etc/fstab' }
const text = (value: string) => ({ content: { text: value }, sha256: 'before' })

test('a file that is edited again keeps one edit, made for the content in the image', () => {
  const once = stageWrite([], FSTAB, text('one'))
  expect(once).toEqual([{ kind: 'write-file', path: '/etc/fstab', content: { text: 'one' }, expectedSha256: 'before' }])
  const other = stageWrite(once, { path: '/etc/motd' }, text('m'))
  expect(stageWrite(other, FSTAB, { content: { text: 'two' }, sha256: 'one' })).toEqual([
    { kind: 'write-file', path: '/etc/fstab', content: { text: 'two' }, expectedSha256: 'before' },
    other[1],
  ])
})

test('after an edit that may have changed the file, another edit is added', () => {
  const once = stageWrite([], FSTAB, text('one'))
  const hostname: Edit = { kind: 'hostname', name: 'web' }
  for (const between of [hostname, { kind: 'rename-file', path: '/etc', to: '/old' } as const]) {
    expect(stageWrite([...once, between], FSTAB, { content: { text: 'two' }, sha256: 'x' })).toHaveLength(3)
  }
})

test('what is only staged leaves no edit when it is removed; what is in the image is removed by one', () => {
  const made: Edit[] = [
    { kind: 'make-folder', path: '/etc/new.d' },
    { kind: 'write-file', path: '/etc/new.d/a', content: { text: '' } },
    { kind: 'write-file', path: '/etc/new.d-not', content: { text: '' } },
  ]
  expect(stageRemove(made, [{ place: { path: '/etc/new.d' }, isNew: true }])).toEqual([made[2]])
  expect(stageRemove(made, [{ place: FSTAB, isNew: false }]).at(-1)).toEqual({ kind: 'remove-file', path: '/etc/fstab' })
  const renamed = stageRename(made, { path: '/etc/new.d/a' }, '/etc/b')
  expect(stageRemove(renamed, [{ place: { path: '/etc/b' }, isNew: true }]).at(-1)).toEqual({ kind: 'remove-file', path: '/etc/b' })
})

test('changes of attributes join', () => {
  const first = stageAttributes([], [FSTAB, { path: '/etc/motd' }], { mode: 0o600 })
  expect(stageAttributes(first, [FSTAB], { uid: 5 })).toEqual([
    { kind: 'set-attributes', path: '/etc/fstab', mode: 0o600, uid: 5 },
    { kind: 'set-attributes', path: '/etc/motd', mode: 0o600 },
  ])
})

test('host files: folders first, programs stay programs, the content is pinned where it is known', () => {
  const file = { path: '/home/me/x', sizeBytes: 1, executable: false, sha256: 'abc' }
  expect(
    stageHostFiles(
      [],
      { partition: 2, path: '/' },
      {
        files: [
          { ...file, relative: 'd/x' },
          { ...file, relative: 'run', executable: true, sha256: null },
        ],
        folders: ['d'],
        leftOut: [],
      },
    ),
  ).toEqual([
    { kind: 'make-folder', partition: 2, path: '/d' },
    { kind: 'write-file', partition: 2, path: '/d/x', content: { hostFile: '/home/me/x', sha256: 'abc' } },
    { kind: 'write-file', partition: 2, path: '/run', content: { hostFile: '/home/me/x' }, mode: 0o755 },
  ])
})

test('what was taken away comes back; partitions are told apart', () => {
  const edits: Edit[] = [{ kind: 'remove-file', partition: 1, path: '/a' }, ...stageRename([], { path: '/b' }, '/c')]
  expect(putBack(edits, { path: '/b' })).toEqual([edits[0]])
  expect(putBack(edits, { path: '/a' })).toBeNull()
  expect(placeIn({ partition: 1, path: '/x' }, 'y')).toEqual({ partition: 1, path: '/x/y' })
})
