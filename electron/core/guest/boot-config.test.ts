import { expect, test } from 'vitest'
import type { Partition } from '#shared/images/image-info'
import { AppError } from '#shared/errors/app-error'
import { findBootConfig } from './boot-config.js'
import type { GuestFiles } from './guest-files.js'

const BOOT: Partition = {
  number: 1,
  startBytes: 0,
  sizeBytes: 1,
  type: null,
  typeName: '',
  name: null,
  bootable: false,
  isEsp: false,
  filesystem: { kind: 'ext', type: 'ext4', label: null, uuid: null, usedBytes: null },
}

/** Files below `/loader/entries`; a null content cannot be read. */
function guestWith(entries: Readonly<Record<string, string | null>>): GuestFiles {
  const list: GuestFiles['list'] = async (_partition, folder) => {
    if (folder === '/') return [{ name: 'loader', kind: 'folder', sizeBytes: null }]
    if (folder !== '/loader/entries') return []
    return Object.keys(entries).map((name) => ({ name, kind: 'file', sizeBytes: null }))
  }
  const read: GuestFiles['read'] = async (_partition, file) => {
    const content = entries[file.split('/').at(-1) ?? '']
    if (content === undefined || content === null) throw new AppError('guest-file-not-found')
    return Buffer.from(content)
  }
  return {
    list,
    find: async (partition, file) => (await list(partition, '/')).find((entry) => `/${entry.name}` === file),
    read,
    readIfPresent: async () => undefined,
    isReadable: async () => true,
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
