import { beforeAll, expect, test } from 'vitest'
import { openGuestFiles } from '#core/guest/guest-files'
import { findOsTree } from '#core/guest/os-tree'
import { readPartitions } from '#core/guest/partitions'
import { withReader } from '#core/guest/reader'
import { openSource } from '#core/guest/source'
import type { Host } from '#core/process/host'
import { resolveInTree } from '#shared/images/os-tree'
import { builderHost } from '../images/builder-host'
import { testImage } from '../images/cache'

let host: Host
beforeAll(async () => {
  host = await builderHost()
})

test('an OSTree system: what its kernel argument points to, fstab, and files by the paths that it sees', async () => {
  await withReader(host, await openSource(await testImage('ock')), async (reader) => {
    const files = openGuestFiles(host, reader)
    const partitions = await readPartitions(reader, files)
    const entry = await files.read(2, '/loader/entries/ostree-1-ock.conf', 10_000)
    const ostreeArg = /ostree=(\S+)/.exec(entry.toString('utf8'))?.[1] ?? null
    const tree = await findOsTree(files, partitions, { ostreeArg })
    expect(tree).toMatchObject({ ostree: { stateroot: 'ock', bootcsum: expect.stringMatching(/^[0-9a-f]{64}$/) }, unresolved: [] })
    expect(tree?.osRelease.PRETTY_NAME).toBe('Oracle Linux Server 8.10')
    expect(tree?.mounts.filter((mount) => mount.source === 'fstab')).toEqual([
      { at: '/boot', partition: 2, prefix: '', source: 'fstab' },
      { at: '/boot/efi', partition: 1, prefix: '', source: 'fstab' },
    ])
    if (!tree) throw new Error('no tree')
    for (const osPath of [
      '/etc/fstab',
      '/boot/grub2/grubenv',
      '/boot/efi/EFI/redhat/grub.cfg',
      '/sysroot/ostree/repo/config',
      '/ostree/repo/config',
    ]) {
      const place = resolveInTree(tree, osPath)
      expect(await files.stat(place.partition, place.path), osPath).toMatchObject({ kind: 'file' })
    }
    expect((await findOsTree(files, partitions))?.root).toEqual(tree.root)
  })
})

test('a plain system on one of several partitions', async () => {
  await withReader(host, await openSource(await testImage('mbr')), async (reader) => {
    const files = openGuestFiles(host, reader)
    const partitions = await readPartitions(reader, files)
    expect(partitions.map((partition) => partition.uuid)).toEqual(['1badb002-01', '1badb002-05', '1badb002-06'])
    expect(await findOsTree(files, partitions)).toMatchObject({
      root: { partition: 1, prefix: '' },
      ostree: null,
      osRelease: { ID: 'fedora' },
    })
  })
})
