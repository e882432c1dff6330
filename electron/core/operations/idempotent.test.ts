import { expect, test } from 'vitest'
import { type Edit, editSchema } from '#shared/edits/edit'
import { ED25519 } from '#shared/system/testing/sample-keys'
import type { DiskFacts } from '../guest/draft-partitions.js'
import { applyEdits } from '../guest/edits/apply-edits.js'
import type { Filesystem } from '#shared/images/image-info'
import { memoryFiles, type MemoryImage, memoryPartition } from '../guest/testing/memory-files.js'
import { NOTHING_TOLD } from '../guest/volumes/volume.js'
import { describeChanges } from './preview-edits.js'

const SYSTEM: MemoryImage = {
  '2:/loader/entries/a.conf': 'title A\nsort-key a\nlinux /k\ninitrd /i\noptions root=x ro quiet ignition.platform.id=qemu\n',
  '2:/loader/entries/b.conf': 'title B\nsort-key b\nlinux /k\noptions root=x ro\n',
  '2:/loader/entries/c.conf': 'title C\nsort-key c\nlinux /k\noptions root=x ro\n',
  '2:/loader/loader.conf': 'timeout 3\n',
  '2:/k': '',
  '2:/i': 'initramfs',
  '3:/usr/lib/os-release': 'ID=fedora\n',
  '3:/usr/lib/systemd/system/web.service': '[Install]\nWantedBy=multi-user.target\n',
  '3:/etc/hostname': 'old\n',
  '3:/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  '3:/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  '3:/etc/group': 'root:x:0:\n',
  '3:/etc/shadow': 'root:*:1::::::\n',
  '3:/etc/fstab': '/dev/sda3 / xfs defaults 0 0\n',
  '3:/etc/motd': 'hello\n',
  '3:/etc/kernel/cmdline': 'root=x ro quiet\n',
  '3:/root/.bash_history': 'ls\n',
}
const GRUB: MemoryImage = {
  '3:/usr/lib/os-release': 'ID=debian\n',
  '3:/boot/grub/grub.cfg': [
    'set default="0"',
    'set timeout=5',
    "menuentry 'One' --id one {\n\tlinux /k-1 root=x ro quiet\n}",
    "menuentry 'Two' --id two {\n\tlinux /k-2 root=x ro\n}",
    "menuentry 'Three' --id three {\n\tlinux /k-2 root=x ro\n}",
    '',
  ].join('\n'),
  '3:/etc/default/grub': 'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
}
const EXTLINUX: MemoryImage = {
  '2:/extlinux/extlinux.conf':
    'default one\nlabel one\n\tlinux /k\n\tappend a\nlabel two\n\tlinux /k\n\tappend b\nlabel three\n\tlinux /k\n',
}
const [A, B, C] = ['2:/loader/entries/a.conf', '2:/loader/entries/b.conf', '2:/loader/entries/c.conf']
const UUID = '11111111-2222-4333-8444-555555555555'
const cfg = (place: number) => `3:/boot/grub/grub.cfg#${place}`

const ROWS: readonly (readonly [name: string, image: MemoryImage, edits: object])[] = [
  [
    'arguments',
    SYSTEM,
    {
      kind: 'kernel-args',
      entry: '*',
      keep: true,
      changes: [
        { op: 'append', arg: 'debug' },
        { op: 'delete', arg: 'ro' },
      ],
    },
  ],
  ['a list of arguments', SYSTEM, { kind: 'kernel-args', entry: A, changes: [{ op: 'set', args: ['x', 'y'] }] }],
  ['arguments for later', SYSTEM, { kind: 'keep-kernel-args', changes: [{ op: 'append', arg: 'debug' }] }],
  ['a default', SYSTEM, { kind: 'boot-default', entry: B }],
  ['a default of GRUB', GRUB, { kind: 'boot-default', entry: cfg(1) }],
  ['a timeout', SYSTEM, { kind: 'boot-timeout', seconds: 9 }],
  ['a timeout of GRUB', GRUB, { kind: 'boot-timeout', seconds: 9 }],
  ['a title', SYSTEM, { kind: 'entry-title', entry: A, title: 'New' }],
  ['a copy', SYSTEM, { kind: 'entry-duplicate', entry: A, name: 'copy', title: 'Copy' }],
  ['a copy in GRUB', GRUB, { kind: 'entry-duplicate', entry: cfg(0), name: 'copy', title: 'Copy' }],
  ['a copy in extlinux', EXTLINUX, { kind: 'entry-duplicate', entry: '2:/extlinux/extlinux.conf#one', name: 'copy', title: 'Copy' }],
  ['a new entry', SYSTEM, { kind: 'entry-add', name: 'new', title: 'New', args: ['x'] }],
  ['a removed entry', SYSTEM, { kind: 'entry-remove', entry: B }],
  ['a hidden entry', SYSTEM, { kind: 'entry-enable', entry: B, enabled: false }],
  ['a moved entry', SYSTEM, { kind: 'entry-move', entry: C, before: A }],
  ['a moved entry to the end', SYSTEM, { kind: 'entry-move', entry: A, before: null }],
  [
    'a moved entry of extlinux',
    EXTLINUX,
    { kind: 'entry-move', entry: '2:/extlinux/extlinux.conf#two', before: '2:/extlinux/extlinux.conf#one' },
  ],
  ['a console block', GRUB, { kind: 'console-block', lines: ['terminal_output console'], addMarkers: true }],
  ['a text', SYSTEM, { kind: 'write-file', path: '/etc/motd', content: { text: 'new\n' } }],
  [
    'a text made for another one',
    SYSTEM,
    {
      kind: 'write-file',
      path: '/etc/motd',
      content: { text: 'new\n' },
      expectedSha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
    },
  ],
  ['a new file', SYSTEM, { kind: 'write-file', path: '/srv/x/y', content: { base64: 'AAAA' }, mode: 0o600, uid: 5, gid: 5 }],
  ['a removed file', SYSTEM, { kind: 'remove-file', path: '/etc/motd' }],
  ['a renamed file', SYSTEM, { kind: 'rename-file', path: '/etc/motd', to: '/etc/issue' }],
  ['a folder', SYSTEM, { kind: 'make-folder', path: '/srv/a/b', mode: 0o700 }],
  ['attributes', SYSTEM, { kind: 'set-attributes', path: '/etc/motd', mode: 0o600, uid: 5, gid: 6 }],
  ['a partition type', SYSTEM, { kind: 'set-partition-type', partition: 2, type: 'BC13C2FF-59E6-4262-A352-B275FD6F7172' }],
  ['a UUID', SYSTEM, { kind: 'set-fs-uuid', partition: 2, uuid: UUID }],
  ['a larger disk', SYSTEM, { kind: 'resize-disk', bytes: 9 * 1024 ** 3 }],
  ['a larger partition', SYSTEM, { kind: 'grow-partition', partition: 3 }],
  ['a smaller partition', SYSTEM, { kind: 'shrink-partition', partition: 4, bytes: 512 * 1024 ** 2 }],
  ['a platform', SYSTEM, { kind: 'retarget', platform: 'vmware', arch: 'x86_64' }],
  ['a host name', SYSTEM, { kind: 'hostname', name: 'web' }],
  ['keys', SYSTEM, { kind: 'ssh-keys', user: 'root', keys: [ED25519], mode: 'add' }],
  ['a user', SYSTEM, { kind: 'user', name: 'ada' }],
  ['a machine id', SYSTEM, { kind: 'machine-id-reset' }],
  ['a clean-up', SYSTEM, { kind: 'clean', what: ['shell-history', 'machine-id'] }],
  ['a unit', SYSTEM, { kind: 'systemd-unit', unit: 'web.service', state: 'enabled' }],
  ['a masked unit', SYSTEM, { kind: 'systemd-unit', unit: 'web.service', state: 'masked' }],
  ['Ignition', SYSTEM, { kind: 'ignition-config', config: '{"ignition":{"version":"3.4.0"}}', delivery: 'initramfs' }],
  ['Ignition as a file', SYSTEM, { kind: 'ignition-config', config: '{"ignition":{"version":"3.4.0"}}', delivery: 'boot-file' }],
  ['cloud-init', SYSTEM, { kind: 'cloud-init', userData: '#cloud-config\n{}\n', onlyNoCloud: true }],
  ['fstab', SYSTEM, { kind: 'fstab-device', mountPoint: '/', device: 'LABEL=root' }],
]
/** Modes and owners are told too. */
function withStat(image: MemoryImage) {
  const files = memoryFiles(image)
  const stat = async (partition: number, file: string) => {
    const entry = await files.find(partition, file)
    return entry && { ...NOTHING_TOLD, ...entry, mode: 0o644, uid: 0, gid: 0 }
  }
  return { ...files, stat }
}

const EXT: Filesystem = { kind: 'ext', type: 'ext4', label: null, uuid: null, usedBytes: 0, sizeBytes: 1024 ** 3, leastBytes: 1024 ** 2 }
const PARTITIONS = [memoryPartition(2), memoryPartition(3), memoryPartition(4, 'ext', { startBytes: 5 * 1024 ** 3, filesystem: EXT })]
const DISK: DiskFacts = { virtualBytes: 8 * 1024 ** 3, sectorBytes: 512, table: 'gpt', extended: [] }

test.each(ROWS)('%s: the second time nothing is left to do', async (_name, image, parts) => {
  const edits: Edit[] = [editSchema.parse(parts)]
  const first = await applyEdits(withStat(image), PARTITIONS, edits, { idempotent: true, disk: DISK })
  expect(first.outcomes.map(({ problem }) => problem)).toEqual(edits.map(() => null))
  expect(describeChanges(first, PARTITIONS).length).toBeGreaterThan(0)
  const second = await applyEdits(first.draft, first.draft.partitions, edits, {
    idempotent: true,
    disk: { ...DISK, virtualBytes: first.draft.layout.virtualBytes },
  })
  expect(second.outcomes.map(({ problem }) => problem)).toEqual(edits.map(() => null))
  expect(describeChanges(second, first.draft.partitions)).toEqual([])
})

test('every kind of edit is tried, but for the backup GPT', () => {
  const kinds = new Set(ROWS.map(([, , edit]) => ('kind' in edit ? edit.kind : '')))
  const known = editSchema.options.map((option) => option.shape.kind.value)
  expect(known.filter((kind) => !kinds.has(kind))).toEqual(['move-backup-gpt'])
})

test('mode and owner are set where only the content is there already', async () => {
  const edit: Edit = { kind: 'write-file', path: '/etc/motd', content: { text: 'hello\n' }, mode: 0o600 }
  const { draft } = await applyEdits(memoryFiles(SYSTEM), PARTITIONS, [edit], { idempotent: true })
  expect(draft.steps().map(({ operation }) => operation)).toMatchObject([{ kind: 'set-attributes', path: '/etc/motd', mode: 0o600 }])
})

test('what a recipe expects of a file that it writes is no difference once it was written', async () => {
  const edit: Edit = { kind: 'write-file', path: '/etc/motd', content: { text: 'new\n' } }
  const sha256 = '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03'
  const expects = [{ kind: 'file', path: '/etc/motd', sha256 } as const]
  const first = await applyEdits(memoryFiles(SYSTEM), PARTITIONS, [edit], { expects })
  const again = applyEdits(first.draft, PARTITIONS, [edit], { expects, idempotent: true })
  expect(describeChanges(await again, PARTITIONS)).toEqual([])
  await expect(applyEdits(first.draft, PARTITIONS, [edit], { expects })).rejects.toMatchObject({ code: 'recipe-mismatch' })
})
