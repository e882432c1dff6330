import { expect, test } from 'vitest'
import { osPathOf, resolveInTree } from '#shared/images/os-tree'
import { findOsTree } from './os-tree.js'
import type { TreeFiles } from './ostree-deployment.js'
import { memoryFiles, memoryPartition } from './testing/memory-files.js'

const uuid = (number: number): string => `0000000${number}-0000-4000-8000-000000000000`
const RELEASE = 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
const XBOOTLDR = 'BC13C2FF-59E6-4262-A352-B275FD6F7172'

test('mounts as fstab says, and what it names that is not here', async () => {
  const files = memoryFiles({
    '3:/etc/os-release': RELEASE,
    '3:/etc/fstab': [
      `UUID=${uuid(3)} / xfs defaults 0 0`,
      `UUID=${uuid(2)} /boot xfs defaults 0 0`,
      'PARTLABEL=EFI /boot/efi/ vfat umask=0077 0 1',
      '/dev/mapper/vg-home /home xfs defaults 0 0',
      'tmpfs /tmp tmpfs size=1G 0 0',
      'server:/export /net nfs defaults 0 0',
      '/var/data /srv none bind 0 0',
      '/dev/sda4 none swap sw 0 0',
    ].join('\n'),
  })
  const tree = await findOsTree(files, [memoryPartition(1, 'fat', { name: 'EFI' }), memoryPartition(2), memoryPartition(3)])
  expect(tree).toEqual({
    root: { partition: 3, prefix: '' },
    ostree: null,
    mounts: [
      { at: '/boot', partition: 2, prefix: '', source: 'fstab' },
      { at: '/boot/efi', partition: 1, prefix: '', source: 'fstab' },
      { at: '/srv', partition: 3, prefix: '/var/data', source: 'fstab' },
    ],
    osRelease: { ID: 'debian', PRETTY_NAME: 'Debian GNU/Linux 12 (bookworm)' },
    unresolved: [{ at: '/home', spec: '/dev/mapper/vg-home' }],
  })
})

test('without fstab a boot partition and an ESP are guessed by their types', async () => {
  const files = memoryFiles({ '1:/usr/lib/os-release': RELEASE, '1:/boot/lost+found': '', '2:/efi/.keep': '', '2:/vmlinuz': '' })
  const partitions = [memoryPartition(1), memoryPartition(2, 'ext', { type: XBOOTLDR }), memoryPartition(3, 'fat')]
  expect((await findOsTree(files, partitions))?.mounts).toEqual([{ at: '/boot', partition: 2, prefix: '', source: 'guessed' }])
  const ready = memoryFiles({ '1:/usr/lib/os-release': RELEASE, '1:/boot/efi/lost+found/x': '' })
  expect((await findOsTree(ready, [memoryPartition(1), memoryPartition(3, 'fat')]))?.mounts).toEqual([
    { at: '/boot/efi', partition: 3, prefix: '', source: 'guessed' },
  ])
})

test('a /boot that holds files is no place to mount something at', async () => {
  const files = memoryFiles({ '1:/usr/lib/os-release': RELEASE, '1:/boot/vmlinuz': '' })
  const partitions = [memoryPartition(1), memoryPartition(2, 'ext', { name: 'boot' }), memoryPartition(3, 'fat')]
  expect((await findOsTree(files, partitions))?.mounts).toEqual([])
})

test('a btrfs root in a subvolume, and its home in another', async () => {
  const btrfs = memoryPartition(1, 'xfs', {
    filesystem: { kind: 'btrfs', type: 'btrfs', label: null, uuid: uuid(1), usedBytes: null },
  })
  const files = memoryFiles({
    '1:/root/etc/os-release': RELEASE,
    '1:/root/etc/fstab': `UUID=${uuid(1)} / btrfs subvol=root,compress=zstd:1 0 0\nUUID=${uuid(1)} /home btrfs subvol=/home 0 0\n`,
  })
  const tree = await findOsTree(files, [btrfs])
  expect(tree).toMatchObject({ root: { partition: 1, prefix: '/root' }, mounts: [{ at: '/home', partition: 1, prefix: '/home' }] })
  if (!tree) throw new Error('no tree')
  expect(resolveInTree(tree, '/etc/hostname')).toEqual({ partition: 1, path: '/root/etc/hostname' })
  expect(osPathOf(tree, { partition: 1, path: '/home/me' })).toBe('/home/me')
})

const [OLD, NEW] = ['a'.repeat(64), 'b'.repeat(64)]
const OSTREE = {
  [`2:/ostree/deploy/ock/deploy/${OLD}.0/usr/lib/os-release`]: 'ID=old\n',
  [`2:/ostree/deploy/ock/deploy/${NEW}.1/usr/lib/os-release`]: 'ID=new\n',
  [`2:/ostree/deploy/ock/deploy/${NEW}.1/etc/fstab`]: 'LABEL=data /var ext4 defaults 0 0\n',
  '2:/ostree/deploy/ock/var/lib/x': '',
  '2:/boot/loader/entries/x.conf': '',
}

test('the deployment that the kernel argument points to', async () => {
  const arg = '/ostree/boot.1/ock/0123abcd/0'
  const files: TreeFiles = {
    ...memoryFiles(OSTREE),
    realPath: async (_partition, path) => (path === arg ? `/ostree/deploy/ock/deploy/${OLD}.0` : undefined),
  }
  const tree = await findOsTree(files, [memoryPartition(2)], { ostreeArg: arg })
  expect(tree?.ostree).toEqual({ stateroot: 'ock', deployment: `${OLD}.0`, bootcsum: '0123abcd' })
  expect(tree?.osRelease).toEqual({ ID: 'old' })
  if (!tree) throw new Error('no tree')
  const places = ['/etc/fstab', '/var/lib', '/home/me', '/root', '/boot/loader', '/sysroot/ostree', '/ostree/repo', '/usr/local/bin']
  expect(places.map((place) => resolveInTree(tree, place))).toEqual(
    [
      `/ostree/deploy/ock/deploy/${OLD}.0/etc/fstab`,
      '/ostree/deploy/ock/var/lib',
      '/ostree/deploy/ock/var/home/me',
      '/ostree/deploy/ock/var/roothome',
      '/boot/loader',
      '/ostree',
      '/ostree/repo',
      '/ostree/deploy/ock/var/usrlocal/bin',
    ].map((path) => ({ partition: 2, path })),
  )
})

test('the newest deployment where no argument says which, and its own /var', async () => {
  const data = memoryPartition(3, 'ext', {
    filesystem: { kind: 'ext', type: 'ext4', label: 'data', uuid: uuid(3), usedBytes: null },
  })
  const tree = await findOsTree(memoryFiles(OSTREE), [memoryPartition(2), data])
  expect(tree?.ostree).toEqual({ stateroot: 'ock', deployment: `${NEW}.1`, bootcsum: null })
  if (!tree) throw new Error('no tree')
  expect(resolveInTree(tree, '/var/lib/x')).toEqual({ partition: 3, path: '/lib/x' })
  expect(resolveInTree(tree, '/home/me')).toEqual({ partition: 3, path: '/home/me' })
})

test('of several systems the one whose fstab names its own partition', async () => {
  const files = memoryFiles({
    '1:/etc/os-release': 'ID=rescue\n',
    '2:/etc/os-release': 'ID=main\n',
    '2:/etc/fstab': `UUID=${uuid(2)} / ext4\n`,
  })
  expect((await findOsTree(files, [memoryPartition(1), memoryPartition(2)]))?.osRelease).toEqual({ ID: 'main' })
})

test('no system is a normal answer', async () => {
  expect(await findOsTree(memoryFiles({ '1:/x': '' }), [memoryPartition(1), memoryPartition(2, 'fat')])).toBe(null)
  expect(await findOsTree(memoryFiles({}), [])).toBe(null)
})
