import { beforeEach, expect, test } from 'vitest'
import { GuestDraft } from './draft.js'
import { memoryFiles, memoryPartition } from './testing/memory-files.js'

const ROOT = { mode: 0o644, uid: 0, gid: 0 }
let draft: GuestDraft

beforeEach(() => {
  const files = memoryFiles({
    '2:/etc/hostname': 'old\n',
    '2:/etc/ssh/key': 'secret',
    '2:/etc/ssh/key.pub': 'public',
    '1:/EFI/a.efi': 'MZ',
  })
  draft = new GuestDraft(files, [memoryPartition(1, 'fat'), memoryPartition(2)])
})
const write = (file: string, text: string, attributes?: typeof ROOT) => draft.write(2, file, Buffer.from(text), text.length, attributes)
const text = async (file: string) => (await draft.read(2, file, 1000)).toString()
const names = async (folder: string) => (await draft.list(2, folder)).map((entry) => entry.name).toSorted()
const steps = () => draft.steps().map(({ operation }) => [operation.kind, 'path' in operation ? operation.path : ''])

test('what was written is read, and several writes are one step that knows its edits', async () => {
  await write('/etc/hostname', 'one\n')
  draft.beginEdit(1)
  await write('/etc/hostname', 'two\n')
  expect(await text('/etc/hostname')).toBe('two\n')
  expect(draft.steps()).toHaveLength(1)
  expect(draft.steps()[0]).toMatchObject({
    edits: [0, 1],
    before: Buffer.from('old\n'),
    operation: { kind: 'rewrite-file', filesystem: 'xfs' },
  })
})

test('a new file needs its folder and attributes', async () => {
  await expect(write('/etc/motd', 'x')).rejects.toMatchObject({ code: 'guest-file-not-found' })
  await expect(write('/opt/a/b', 'x', ROOT)).rejects.toMatchObject({ code: 'guest-file-not-found' })
  await draft.makeFolders(2, '/opt/a')
  await write('/opt/a/b', 'x', ROOT)
  expect(await names('/opt/a')).toEqual(['b'])
  expect(steps()).toEqual([
    ['make-folder', '/opt'],
    ['make-folder', '/opt/a'],
    ['create-file', '/opt/a/b'],
  ])
})

test('what is removed is gone, with all below it, and can be made again', async () => {
  await draft.remove(2, '/etc/ssh')
  expect(await names('/etc')).toEqual(['hostname'])
  await expect(text('/etc/ssh/key')).rejects.toMatchObject({ code: 'guest-file-not-found' })
  await expect(draft.remove(2, '/etc/ssh')).rejects.toMatchObject({ code: 'guest-file-not-found' })
  await draft.makeFolder(2, '/etc/ssh', { mode: 0o700, uid: 0, gid: 0 })
  expect(await names('/etc/ssh')).toEqual([])
  expect(draft.steps()[0]?.operation).toMatchObject({ kind: 'remove', recursive: true })
})

test('a folder that was moved holds what it held, edits included', async () => {
  await write('/etc/ssh/key', 'changed')
  await draft.rename(2, '/etc/ssh', '/etc/moved')
  expect(await names('/etc')).toEqual(['hostname', 'moved'])
  expect(await names('/etc/moved')).toEqual(['key', 'key.pub'])
  expect([await text('/etc/moved/key'), await text('/etc/moved/key.pub')]).toEqual(['changed', 'public'])
  await expect(text('/etc/ssh/key.pub')).rejects.toMatchObject({ code: 'guest-file-not-found' })
  await write('/etc/moved/key', 'again')
  expect(steps()).toEqual([
    ['rewrite-file', '/etc/ssh/key'],
    ['rename', '/etc/ssh'],
    ['rewrite-file', '/etc/moved/key'],
  ])
})

test('names that are taken and folders in themselves are refused', async () => {
  await expect(draft.rename(2, '/etc/hostname', '/etc/ssh')).rejects.toMatchObject({ code: 'guest-file-exists' })
  await expect(draft.rename(2, '/etc', '/etc/ssh/inner')).rejects.toMatchObject({ code: 'edit-conflict' })
  await expect(draft.makeFolder(2, '/etc/hostname', ROOT)).rejects.toMatchObject({ code: 'guest-file-exists' })
  await expect(write('/etc', 'x')).rejects.toMatchObject({ code: 'edit-conflict' })
  expect(draft.steps()).toEqual([])
})

test('partitions are apart, and changes of the disk come last, each thing once', async () => {
  draft.disk({ kind: 'set-partition-type', partition: 1, type: 'EF' })
  draft.beginEdit(3)
  draft.disk({ kind: 'set-partition-type', partition: 1, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' })
  await draft.remove(1, '/EFI/a.efi')
  expect(await names('/etc')).toEqual(['hostname', 'ssh'])
  expect(draft.steps().map(({ operation, edits }) => [operation.kind, edits])).toEqual([
    ['remove', [3]],
    ['set-partition-type', [0, 3]],
  ])
})

test('an edit through a linked folder is one of the file itself', async () => {
  const files = memoryFiles({ '2:/loader.1/entries/a.conf': 'title A\n' }, { '2:/loader': 'loader.1' })
  const realPath = async (_partition: number, file: string) => file.replace(/^\/loader(?=\/|$)/, '/loader.1')
  const linked = new GuestDraft({ ...files, realPath }, [memoryPartition(2)])
  const set = (file: string, content: string) => linked.write(2, file, Buffer.from(content), content.length)
  await set('/loader.1/entries/a.conf', 'title B\n')
  expect((await linked.read(2, '/loader/entries/a.conf', 100)).toString()).toBe('title B\n')
  await set('/loader/entries/a.conf', 'title C\n')
  expect(linked.steps().map(({ operation }) => 'path' in operation && operation.path)).toEqual(['/loader.1/entries/a.conf'])
  await linked.remove(2, '/loader')
  expect(linked.steps().at(-1)?.operation).toMatchObject({ kind: 'remove', path: '/loader' })
})

test('names on FAT have no case: an edit in another spelling is of the same file', async () => {
  const files = memoryFiles({ '1:/EFI/Vendor/grub.cfg': 'old' })
  const staged = new GuestDraft(files, [memoryPartition(1, 'fat')])
  await staged.write(1, '/efi/VENDOR/GRUB.CFG', Buffer.from('new'), 3)
  await staged.makeFolders(1, '/Efi/vendor/more')
  expect(staged.steps().map(({ operation }) => ('path' in operation ? [operation.kind, operation.path] : []))).toEqual([
    ['rewrite-file', '/EFI/Vendor/grub.cfg'],
    ['make-folder', '/EFI/Vendor/more'],
  ])
  expect((await staged.read(1, '/EFI/Vendor/Grub.cfg', 10)).toString()).toBe('new')
  await expect(staged.rename(1, '/EFI/Vendor/more', '/efi/vendor/GRUB.cfg')).rejects.toMatchObject({ code: 'guest-file-exists' })
  await staged.rename(1, '/EFI/Vendor/more', '/EFI/Vendor/MORE')
  expect((await staged.list(1, '/EFI/Vendor')).map(({ name }) => name).toSorted()).toEqual(['MORE', 'grub.cfg'])
  await staged.remove(1, '/efi/vendor')
  expect(await staged.list(1, '/EFI')).toEqual([])
  await expect(staged.makeLink(1, '/EFI/link', 'Vendor')).rejects.toMatchObject({ code: 'edit-conflict' })
})

test('attributes of a link are those of what it leads to', async () => {
  const links: Record<string, string> = { '/link': '/file' }
  const base = {
    ...memoryFiles({ '2:/file': 'x' }, { '2:/link': '/file' }),
    realPath: async (_: number, file: string) => links[file] ?? file,
  }
  const staged = new GuestDraft(base, [memoryPartition(2)])
  await staged.setAttributes(2, '/link', { mode: 0o600, uid: null, gid: null })
  expect(staged.steps().map(({ operation }) => operation)).toMatchObject([{ kind: 'set-attributes', path: '/file', mode: 0o600 }])
})
