import { expect, test } from 'vitest'
import { builtinModules, initramfsModules, isBuiltinList } from './modules.js'

test('modules by their names in lsmod, wherever /lib is', () => {
  const names = [
    'usr/lib/modules/6.8.5-301.fc40.x86_64/kernel/drivers/block/virtio_blk.ko.xz',
    'lib/modules/5.15.0-206/kernel/drivers/net/xen-netfront.ko',
    'usr/lib/modules/6.1/kernel/drivers/nvme/host/nvme-core.ko.zst',
    'usr/lib/modules/6.1/extra/ena.ko.gz',
    'usr/lib/modules/6.1/modules.dep',
    'usr/share/doc/fake.ko',
    'lib/modules/6.1/kernel/drivers/x.ko.txt',
  ]
  expect([...initramfsModules(names)]).toEqual(['virtio_blk', 'xen_netfront', 'nvme_core', 'ena'])
})

test('what is built in', () => {
  expect([...builtinModules('kernel/drivers/block/virtio-blk.ko\nkernel/fs/ext4/ext4.ko\n\nnothing\n')]).toEqual(['virtio_blk', 'ext4'])
  expect([isBuiltinList('usr/lib/modules/6.1/modules.builtin'), isBuiltinList('lib/modules/6.1/modules.builtin.bin')]).toEqual([
    true,
    false,
  ])
})
