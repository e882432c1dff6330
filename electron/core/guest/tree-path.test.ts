import { expect, test } from 'vitest'
import type { GuestStat } from '#shared/images/guest-stat'
import type { OsTree } from '#shared/images/os-tree'
import { realTreePlace } from './tree-path.js'
import { NOTHING_TOLD } from './volumes/volume.js'

const TREE: OsTree = {
  root: { partition: 2, prefix: '/deploy' },
  ostree: null,
  mounts: [{ at: '/boot', partition: 1, prefix: '', source: 'fstab' }],
  osRelease: {},
  unresolved: [],
}
const PLACES: Readonly<Record<string, string>> = {
  '2:/deploy/etc': '',
  '2:/deploy/etc/localtime': '/usr/zone',
  '2:/deploy/usr': '',
  '2:/deploy/usr/zone': '',
  '2:/deploy/etc/grub.cfg': '../boot/grub/grub.cfg',
  '1:/': '',
  '1:/grub': 'grub2',
  '1:/grub2': '',
  '1:/grub2/grub.cfg': '',
}
const files = {
  stat: async (partition: number, path: string): Promise<GuestStat | undefined> => {
    const target = PLACES[`${partition}:${path}`]
    if (target === undefined) return undefined
    const isFile = /\.cfg$|zone$/.test(path)
    return { ...NOTHING_TOLD, kind: target ? 'link' : isFile ? 'file' : 'folder', sizeBytes: null, linkTarget: target || null }
  },
}

test('absolute links begin at the root of the system, and links lead through mounts', async () => {
  expect(await realTreePlace(files, TREE, '/etc/localtime')).toEqual({ partition: 2, path: '/deploy/usr/zone' })
  expect(await realTreePlace(files, TREE, '/etc/grub.cfg')).toEqual({ partition: 1, path: '/grub2/grub.cfg' })
  expect(await realTreePlace(files, TREE, '/etc/nope')).toBe(undefined)
})
