import { expect, test } from 'vitest'
import { type FoundDisk, mayBeTaken, rankDisks, setsOf } from './candidates.js'
import { linkStaysInside } from './link-inside.js'
import { mayBeFirstPart, splitSets } from './split-names.js'

function found(path: string, more: Partial<FoundDisk> = {}): FoundDisk {
  const disk = { layer: 'sha256:', bytes: 1024, label: 'qcow2 v3', format: 'qcow2', variant: 'v3', virtualBytes: 4096 } as const
  return { path, compression: null, needs: [], isBootableIso: false, isBlob: false, ...disk, ...more }
}

const raw = (path: string, variant: string, more: Partial<FoundDisk> = {}): FoundDisk =>
  found(path, { format: 'raw', variant, label: `raw disk, ${variant}`, ...more })

function ranked(disks: readonly FoundDisk[], others: readonly string[] = []): string[] {
  const paths = [...disks.map(({ path }) => path), ...others]
  return rankDisks(disks, { sets: setsOf(disks, paths), has: (path) => paths.includes(path), bytesOf: () => 1000 }).map(({ path }) => path)
}

test('the most likely disk comes first', () => {
  const disks = [
    raw('/boot/efi.img', 'FAT'),
    raw('/isolinux.iso', 'ISO 9660', { isBootableIso: true }),
    raw('/images/root.img', 'GPT'),
    found('/opt/vm'),
    found('/disk/boot.qcow2'),
    found('/disk/overlay.qcow2', { needs: ['base.qcow2'] }),
    raw('/seed.iso', 'ISO 9660'),
  ]
  expect(ranked(disks)).toEqual([
    '/disk/boot.qcow2',
    '/images/root.img',
    '/opt/vm',
    '/disk/overlay.qcow2',
    '/isolinux.iso',
    '/seed.iso',
    '/boot/efi.img',
  ])
})

test('zeros are a disk only where nothing else is; extents and later parts are none of their own', () => {
  expect(ranked([raw('/zeros', 'blank'), found('/a')])).toEqual(['/a'])
  expect(ranked([raw('/zeros', 'blank')])).toEqual(['/zeros'])
  const descriptor = found('/d/a.vmdk', { format: 'vmdk', label: 'VMDK', needs: ['a-flat.vmdk'] })
  const [only] = rankDisks([descriptor, raw('/d/a-flat.vmdk', 'GPT')], { sets: new Map(), has: () => true, bytesOf: () => 0 })
  expect(only).toMatchObject({ path: '/d/a.vmdk', needs: ['a-flat.vmdk'], reason: expect.stringContaining('take the folder') })
  const [whole] = rankDisks([raw('/d.001', 'GPT'), raw('/d.002', 'blank')], {
    sets: new Map([['/d.001', ['/d.001', '/d.002']]]),
    has: () => true,
    bytesOf: () => 1000,
  })
  expect(whole).toMatchObject({ path: '/d.001', parts: ['/d.001', '/d.002'], bytes: 2000, virtualBytes: 2048 })
})

test('what is taken without being named', () => {
  expect([found('/a'), raw('/a', 'GPT'), raw('/disk/a', 'ext'), raw('/a', 'x', { isBlob: true })].map(mayBeTaken)).toEqual(
    Array(4).fill(true),
  )
  expect([found('/a', { needs: ['b'] }), raw('/a', 'FAT'), raw('/disk/a', 'blank'), raw('/a', 'ISO 9660')].map(mayBeTaken)).toEqual(
    Array(4).fill(false),
  )
})

test('sets of parts have no gap, and begin at the beginning', () => {
  const sets = (...paths: string[]) => [...splitSets(paths).values()]
  expect(sets('/a.part1', '/a.part0', '/a.part2')).toEqual([['/a.part0', '/a.part1', '/a.part2']])
  expect(sets('/a.001', '/a.002', '/b.aa', '/b.ab')).toEqual([
    ['/a.001', '/a.002'],
    ['/b.aa', '/b.ab'],
  ])
  expect(sets('/a.9', '/a.10', '/a.1', '/a.part0', '/lib.so.2', '/lib.so.3', '/x.py', '/x.js')).toEqual([])
  expect(sets(...Array.from({ length: 12 }, (_, at) => `/a.${at + 1}`))[0]?.at(-1)).toBe('/a.12')
  expect(['/a.aa', '/a.0', '/a.part-01', '/a.ab', '/a.02', '/a.gz'].map(mayBeFirstPart)).toEqual([true, true, true, false, false, false])
})

test('links are kept where they stay inside, whatever links they pass', () => {
  const links: Record<string, string> = { up: '..', 'deep/a/up': '..', 'deep/out': '/etc', loop: 'loop', 'deep/a/far': '../../..' }
  const lookUp = (parts: readonly string[]) => ({ link: links[parts.join('/')] ?? null })
  const stays = (at: string, target: string) => linkStaysInside(at.split('/'), target, lookUp)
  expect([stays('a', 'b'), stays('d/a', '../b'), stays('a', 'deep/a/up/..'), stays('a', './x//y')]).toEqual([true, true, true, true])
  expect([stays('a', '..'), stays('a', '/etc'), stays('d/a', '../../b'), stays('a', 'deep/out/x'), stays('a', 'loop')]).toEqual(
    Array(5).fill(false),
  )
  // Each of them looks harmless; together they lead out.
  expect(stays('a', 'deep/a/up/../..')).toBe(false)
  expect(stays('a', 'deep/a/far/b')).toBe(false)
})
