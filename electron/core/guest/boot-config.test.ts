import { expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { findBootConfig } from './boot-config.js'
import type { GuestFiles } from './guest-files.js'
import { memoryFiles, memoryPartition } from './testing/memory-files.js'

const BOOT = memoryPartition(1, 'ext')

/** Files below `/loader/entries`; a null content cannot be read. */
function guestWith(entries: Readonly<Record<string, string | null>>): GuestFiles {
  const files = memoryFiles(Object.fromEntries(Object.entries(entries).map(([name, text]) => [`1:/loader/entries/${name}`, text ?? ''])))
  return {
    ...files,
    read: async (partition, file, maxBytes) => {
      if (entries[file.split('/').at(-1) ?? ''] === null) throw new AppError('guest-file-not-found')
      return files.read(partition, file, maxBytes)
    },
  }
}

test('what boot loaders pass over is shown, but is never the default', async () => {
  const files = guestWith({ '9-unreadable.conf': null, '8-empty.conf': 'title Nothing\n', '1-real.conf': 'title Real\nlinux /vmlinuz\n' })
  const { entries } = await findBootConfig(files, [BOOT])
  expect(entries.map((entry) => [entry.path, entry.isDefault, entry.problem === null])).toEqual([
    ['/loader/entries/1-real.conf', true, true],
    ['/loader/entries/9-unreadable.conf', false, false],
    ['/loader/entries/8-empty.conf', false, false],
  ])
})

test('an entry whose options cannot be edited still boots', async () => {
  const { entries } = await findBootConfig(guestWith({ 'a.conf': 'linux /vmlinuz\noptions "open\n' }), [BOOT])
  expect(entries[0]).toMatchObject({ isDefault: true, problem: expect.stringContaining('cannot be edited') })
})
