import { expect, test } from 'vitest'
import type { BootFile, BootFileKind, BootNote } from '#shared/boot/boot-entry'
import { sampleEntry } from '#shared/boot/testing/sample-entry'
import { fileRole } from './boot-file-words.js'

const file = (id: string, kind: BootFileKind): BootFile => ({
  id,
  kind,
  partition: 2,
  path: id.slice(2),
  realPath: id.slice(2),
  text: '',
  encoding: 'utf8',
  sha256: '',
  problem: null,
})
const note = (given: Partial<BootNote>): BootNote => ({
  code: 'overruled',
  severity: 'info',
  entry: null,
  file: null,
  text: 'why',
  fix: [],
  ...given,
})
const entry = sampleEntry({ id: '2:/a.conf', args: [], enabled: false })

test('a file counts unless something says that it does not', () => {
  const word = (one: BootFile, notes: BootNote[] = []) => fileRole(one, { notes, entries: [entry] }).word
  expect(word(file('2:/grub.cfg', 'grub-cfg'))).toBe('counts')
  expect(word(file('2:/grubenv', 'grubenv'), [note({ file: '2:/grubenv' })])).toBe('overruled')
  expect(word(file('2:/x', 'uki'), [note({ file: '2:/x', entry: entry.id })])).toBe('counts')
  expect(word(file('2:/x', 'extlinux'), [note({ file: '2:/x', code: 'unreadable' })])).toBe('not readable')
  expect(word(file('3:/etc/default/grub', 'grub-default'))).toBe('for later kernels')
  expect(word(file('2:/a.conf', 'bls-entry'))).toBe('disabled')
})
