import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { memoryFiles, memoryPartition } from '../testing/memory-files.js'
import { applyEdits } from './apply-edits.js'

const OLD = '00000003-0000-4000-8000-000000000000'
const [ONE, TWO] = ['11111111-2222-4333-8444-555555555555', '99999999-2222-4333-8444-555555555555']
const ENTRY = `title T\nlinux /vmlinuz\noptions root=UUID=${OLD}\n`
const FSTAB = `UUID=${OLD} / xfs defaults 0 0\nUUID=00000002-0000-4000-8000-000000000000 /boot xfs defaults 0 0\nUUID=ABCD-1234 /boot/efi vfat defaults 0 0\n`
const FILES = memoryFiles({
  '1:/EFI/BOOT/BOOTX64.EFI': 'x',
  '2:/loader/entries/a.conf': ENTRY,
  '2:/vmlinuz': 'k',
  '3:/etc/fstab': FSTAB,
  '3:/etc/os-release': 'ID=test\n',
  '3:/etc/mtab.note': 'x',
})
const ESP = memoryPartition(1, 'fat', {
  filesystem: { kind: 'fat', type: 'vfat (FAT32)', label: null, uuid: 'ABCD-1234', usedBytes: null },
})
const PARTITIONS = [ESP, memoryPartition(2), memoryPartition(3)]
const apply = (edits: Edit[]) => applyEdits(FILES, PARTITIONS, edits)

test('a second new UUID takes the place of the first one everywhere', async () => {
  const { draft, outcomes } = await apply([
    { kind: 'set-fs-uuid', partition: 3, uuid: ONE },
    { kind: 'set-fs-uuid', partition: 3, uuid: TWO },
  ])
  expect(outcomes.map(({ problem }) => problem)).toEqual([null, null])
  expect((await draft.read(2, '/loader/entries/a.conf', 1000)).toString()).toContain(`root=UUID=${TWO}`)
  expect((await draft.read(3, '/etc/fstab', 1000)).toString()).toContain(`UUID=${TWO} / xfs`)
  expect(draft.steps().flatMap(({ operation }) => ('uuid' in operation ? [operation.uuid] : []))).toEqual([TWO])
})

test('paths of the system are found by the new UUID of a mount', async () => {
  const { draft, outcomes } = await apply([
    { kind: 'set-fs-uuid', partition: 2, uuid: ONE },
    { kind: 'write-file', path: '/boot/new', content: { text: 'x' } },
  ])
  expect(outcomes.map(({ problem }) => problem)).toEqual([null, null])
  expect(await draft.find(2, '/new')).toMatchObject({ kind: 'file' })
})

test('the id of a FAT is not changed where it is a part of another id', async () => {
  const files = memoryFiles({
    '2:/loader/entries/a.conf': `title T\nlinux /vmlinuz\noptions root=PARTUUID=0000ABCD-1234-4000-8000-00000000ABCD-1234 esp=UUID=abcd-1234\n`,
  })
  const { draft } = await applyEdits(files, PARTITIONS, [{ kind: 'set-fs-uuid', partition: 1, uuid: '0102-0304' }])
  expect((await draft.read(2, '/loader/entries/a.conf', 1000)).toString()).toContain(
    'root=PARTUUID=0000ABCD-1234-4000-8000-00000000ABCD-1234 esp=UUID=0102-0304',
  )
})

test.each<[Edit, string]>([
  [{ kind: 'set-fs-uuid', partition: 1, uuid: ONE }, 'bad-input'],
  [{ kind: 'set-fs-uuid', partition: 3, uuid: 'ABCD-1234' }, 'bad-input'],
  [{ kind: 'write-file', partition: 3, path: '/etc/a\0b', content: { text: '' } }, 'bad-input'],
  [{ kind: 'write-file', partition: 3, path: `/etc/${'é'.repeat(128)}`, content: { text: '' } }, 'bad-input'],
  [{ kind: 'set-attributes', partition: 1, path: '/EFI', mode: 0o700 }, 'edit-conflict'],
  [{ kind: 'set-attributes', partition: 3, path: '/etc/fstab' }, 'bad-input'],
])('%o is refused before anything is written', async (edit, code) => {
  const { draft, outcomes } = await apply([edit])
  expect(outcomes[0]?.problem?.code).toBe(code)
  expect(draft.steps()).toEqual([])
})

test('a file system that is read-only by its nature takes no edit', async () => {
  const iso = memoryPartition(3, 'xfs', { filesystem: { kind: 'iso9660', type: 'iso9660', label: null, uuid: null, usedBytes: null } })
  const { outcomes } = await applyEdits(FILES, [iso], [{ kind: 'remove-file', partition: 3, path: '/etc/fstab' }])
  expect(outcomes[0]?.problem).toMatchObject({ code: 'edit-conflict' })
})

test.each([
  ['misplaced', null, 1],
  ['in-place', null, 0],
  ['none', 'edit-conflict', 0],
] as const)('a backup GPT that is %s', async (backupGpt, code, steps) => {
  const { draft, outcomes } = await applyEdits(FILES, PARTITIONS, [{ kind: 'move-backup-gpt' }], { backupGpt })
  expect(outcomes[0]?.problem?.code ?? null).toBe(code)
  expect(draft.steps()).toHaveLength(steps)
})
