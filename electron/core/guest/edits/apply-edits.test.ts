import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { memoryFiles, memoryPartition } from '../testing/memory-files.js'
import { applyEdits } from './apply-edits.js'

const ENTRY = 'title T\nlinux /vmlinuz\noptions rw ignition.platform.id=qemu root=UUID=00000003-0000-4000-8000-000000000000\n'
const FSTAB = 'UUID=00000003-0000-4000-8000-000000000000 / xfs defaults 0 0\n'
const FILES = memoryFiles({ '2:/loader/entries/a.conf': ENTRY, '2:/vmlinuz': 'k', '3:/etc/fstab': FSTAB, '3:/etc/motd': 'hello\n' })
const PARTITIONS = [memoryPartition(1, 'fat'), memoryPartition(2), memoryPartition(3)]
const ID = '2:/loader/entries/a.conf'
const toVmware: Edit = {
  kind: 'kernel-args',
  entry: '*',
  changes: [
    { op: 'replace', key: 'ignition.platform.id', from: 'qemu', to: 'vmware' },
    { op: 'append', arg: 'console=tty0' },
  ],
}
const apply = (edits: Edit[], options = {}) => applyEdits(FILES, PARTITIONS, edits, options)

test('edits apply in order, each on what the ones before it left', async () => {
  const { draft, outcomes, boot } = await apply([
    toVmware,
    { kind: 'kernel-args', entry: ID, changes: [{ op: 'delete', arg: 'console=tty0' }] },
  ])
  expect(outcomes.map(({ problem }) => problem)).toEqual([null, null])
  expect(boot.entries[0]?.args).toEqual(['rw', 'ignition.platform.id=vmware', 'root=UUID=00000003-0000-4000-8000-000000000000'])
  expect(draft.steps()).toHaveLength(1)
})

test('an edit that does not fit is told, and the others are applied', async () => {
  const { outcomes, boot } = await apply([{ kind: 'kernel-args', entry: 'nope', changes: [{ op: 'append', arg: 'x' }] }, toVmware])
  expect(outcomes[0]?.problem?.code).toBe('boot-entry-not-found')
  expect(boot.entries[0]?.args).toContain('console=tty0')
})

test('a new UUID is put wherever the old one stood', async () => {
  const uuid = '11111111-2222-4333-8444-555555555555'
  const { draft, outcomes } = await apply([{ kind: 'set-fs-uuid', partition: 3, uuid }])
  expect(outcomes).toEqual([{ problem: null, notes: [expect.stringContaining('/etc/fstab')] }])
  expect((await draft.read(3, '/etc/fstab', 1000)).toString()).toBe(`UUID=${uuid} / xfs defaults 0 0\n`)
  expect((await draft.read(2, '/loader/entries/a.conf', 1000)).toString()).toContain(`root=UUID=${uuid}`)
  expect(draft.steps().at(-1)?.operation).toEqual({ kind: 'set-filesystem-uuid', partition: 3, filesystem: 'xfs', uuid })
})

test('what a recipe expects is checked before anything, and each difference is told', async () => {
  const expects = [
    { kind: 'boot-entry', entry: 'default', has: ['ignition.platform.id=aws'], lacks: ['rw'] },
    { kind: 'file', path: '/etc/motd', sha256: 'f'.repeat(64) },
    { kind: 'file', path: '/etc/nologin', exists: false },
    { kind: 'partition', partition: 1, filesystem: 'ext4' },
    { kind: 'os', contains: 'Fedora' },
  ]
  const refusal = await apply([toVmware], { expects, osName: 'Debian' }).catch((thrown: unknown) => thrown)
  expect(refusal).toMatchObject({ code: 'recipe-mismatch' })
  const lines = (refusal as { data: { toolOutput: string } }).data.toolOutput.split('\n')
  expect(lines).toHaveLength(5)
  expect(lines[3]).toBe('Partition 1: expected file system ext4, found vfat')
  await expect(apply([toVmware], { expects: [{ kind: 'boot-entry', entry: ID, has: ['rw'] }] })).resolves.toBeDefined()
})

test('idempotent: what has its effect already is left out', async () => {
  const first = await apply([toVmware, { kind: 'remove-file', path: '/etc/motd' }])
  const again = await applyEdits(first.draft, PARTITIONS, [toVmware, { kind: 'remove-file', partition: 3, path: '/etc/motd' }], {
    idempotent: true,
  })
  expect(again.outcomes.map(({ problem }) => problem)).toEqual([null, null])
  expect(again.draft.steps()).toEqual([])
  const expects = [{ kind: 'boot-entry' as const, entry: ID, has: ['ignition.platform.id=qemu'] }]
  await expect(applyEdits(first.draft, PARTITIONS, [toVmware], { idempotent: true, expects })).resolves.toBeDefined()
  const strict = await applyEdits(first.draft, PARTITIONS, [toVmware])
  expect(strict.outcomes[0]?.problem?.code).toBe('argument-not-found')
})

test('files: a rename to another file system, a taken name and a changed content are refused', async () => {
  const { outcomes } = await apply([
    { kind: 'rename-file', path: '/etc/motd', to: '/loader/motd' },
    { kind: 'rename-file', partition: 3, path: '/etc/motd', to: '/etc/fstab' },
    { kind: 'write-file', partition: 3, path: '/etc/motd', content: { text: 'x' }, expectedSha256: '0'.repeat(64) },
    { kind: 'write-file', partition: 9, path: '/x', content: { text: 'x' } },
  ])
  expect(outcomes.map(({ problem }) => problem?.code)).toEqual([
    'edit-conflict',
    'guest-file-exists',
    'edit-conflict',
    'partition-not-found',
  ])
})
