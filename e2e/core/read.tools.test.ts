import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ALL_VARIANTS, convertToAll } from '../images/formats.js'
import { CANARY, HOSTILE_NAMES, type HostileName, hostileFolder, makeHostile, ODD_NAMES } from '../images/hostile.js'
import { failureOf, filesIn, openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

test('an OCK-shaped disk: partitions, file systems, system, entries, the wrong ESP type flagged', async () => {
  const info = await bench.core.inspect(await bench.copy('ock'))
  expect(info).toMatchObject({
    format: 'qcow2',
    variant: 'v3, zlib',
    virtualBytes: 15 * 1024 ** 3,
    table: 'gpt',
    firmware: 'uefi',
    osName: 'Oracle Linux Server 8.10',
    ignitionPlatform: 'qemu',
    warnings: [{ code: 'esp-wrong-type', partition: 1 }],
  })
  // Sectors of the published images: 2048-501759, 503808-1503231, 1505280-31455231.
  expect(
    info.partitions.map(({ number, startBytes, sizeBytes }) => [number, startBytes / 512, (startBytes + sizeBytes) / 512 - 1]),
  ).toEqual([
    [1, 2048, 501_759],
    [2, 503_808, 1_503_231],
    [3, 1_505_280, 31_455_231],
  ])
  expect(info.partitions.map(({ filesystem }) => [filesystem?.type, filesystem?.label])).toEqual([
    ['vfat (FAT32)', 'EFI-SYSTEM'],
    ['xfs', 'boot'],
    ['xfs', 'root'],
  ])
  const used = info.partitions.map(({ filesystem }) => filesystem?.usedBytes ?? 0)
  expect(used.every((bytes, index) => bytes > 0 && bytes < (info.partitions[index]?.sizeBytes ?? 0))).toBe(true)
})

test('boot entries through the link /loader, the default one marked, links resolved', async () => {
  const { entries } = await bench.core.listBootEntries(await bench.copy('ock'))
  expect(entries.map(({ id, realPath, isDefault, defaultReason }) => [id, realPath, isDefault, defaultReason])).toEqual([
    ['2:/loader/entries/ostree-1-ock.conf', '/loader.1/entries/ostree-1-ock.conf', true, 'saved_entry'],
    ['2:/loader/entries/ostree-0-ock.conf', '/loader.1/entries/ostree-0-ock.conf', false, null],
  ])
  expect(entries[0]?.args.slice(0, 4)).toEqual(['rw', 'ip=dhcp', 'rd.neednet=1', 'ignition.platform.id=qemu'])
})

test('MBR with logical partitions, a file system without a table, a FAT ESP', async () => {
  const mbr = await bench.core.inspect(await bench.copy('mbr'))
  expect([mbr.table, mbr.firmware]).toEqual(['mbr', 'bios'])
  expect(mbr.partitions.some((partition) => partition.number >= 5)).toBe(true)
  expect(mbr.partitions.some((partition) => partition.bootable && partition.filesystem?.type === 'ext4')).toBe(true)
  const whole = await bench.copy('no-table')
  expect(await bench.core.inspect(whole)).toMatchObject({ table: 'none', partitions: [{ number: 0, startBytes: 0 }] })
  expect((await bench.core.listBootEntries(whole)).entries.length).toBeGreaterThan(0)
  const bootable = await bench.copy('bootable')
  expect(await bench.core.inspect(bootable)).toMatchObject({ firmware: 'uefi', ignitionPlatform: 'qemu', warnings: [] })
  expect((await bench.core.listBootEntries(bootable)).entries).toMatchObject([{ isDefault: true, defaultReason: 'loader.conf default' }])
})

describe('the same disk in every format', () => {
  let folder: string
  beforeAll(async () => {
    folder = path.join(bench.folder, 'formats')
    // Names say nothing: each file is found out by its content.
    await convertToAll(bench.host, await bench.copy('mbr', 'formats source.qcow2'), folder)
  })

  test.each(ALL_VARIANTS)('$format $subformat', async ({ file, format, subformat }) => {
    const info = await bench.core.inspect(path.join(folder, file))
    expect(info.format).toBe(format)
    expect(info.partitions.length).toBeGreaterThan(2)
    expect((await bench.core.listBootEntries(info.path)).entries.length).toBeGreaterThan(0)
    if (format === 'vmdk') expect(info.variant).toBe(subformat)
    if (subformat.startsWith('twoGb') || subformat === 'monolithicFlat') expect(info.extents.length).toBeGreaterThan(0)
    if (format === 'vhd' || format === 'vhdx') expect(info.variant).toContain(subformat)
  })
})

test.each(ODD_NAMES)('a file called %j opens, lists and is read', async (name) => {
  const image = await bench.copy('no-table', name)
  expect((await bench.core.inspect(image)).name).toBe(name)
  const [entry] = (await bench.core.listBootEntries(image)).files
  const file = await bench.core.readFile({ path: image, file: entry?.path ?? '' })
  expect(file.toString('utf8')).toBe(entry?.text)
})

test('files: folders list with kinds, content comes whole, what is not there is said', async () => {
  const image = await bench.copy('ock', 'files.qcow2')
  const list = await bench.core.listFiles({ path: image, partition: 2, folder: '/' })
  expect(list.find((entry) => entry.name === 'loader')?.kind).toBe('link')
  expect(list.find((entry) => entry.name === 'loader.1')?.kind).toBe('folder')
  const content = await bench.core.readFile({ path: image, file: '/boot/loader/entries/ostree-1-ock.conf' })
  expect(content.toString('utf8')).toContain('title Oracle Linux Server 8.10')
  const code = async (work: Promise<unknown>): Promise<string> => (await failureOf(work)).code
  expect(await code(bench.core.readFile({ path: image, partition: 2, file: '/nope' }))).toBe('guest-file-not-found')
  expect(await code(bench.core.readFile({ path: image, partition: 9, file: '/x' }))).toBe('partition-not-found')
  expect(await code(bench.core.listFiles({ path: image, partition: 2, folder: '/nope' }))).toBe('guest-file-not-found')
  expect(await code(bench.core.readFile({ path: image, partition: 2, file: '/loader/entries/ostree-1-ock.conf', maxBytes: 10 }))).toBe(
    'guest-file-too-large',
  )
})

/** What each hostile or broken file must be refused with; `undefined` opens, and shows none of the host's files. */
const REFUSALS: Readonly<Record<HostileName, readonly string[] | undefined>> = {
  empty: ['image-empty'],
  'one-byte': ['image-unknown-format'],
  random: ['image-unknown-format'],
  truncated: undefined,
  'header-only': ['image-damaged'],
  'backing-json': ['reference-refused'],
  'backing-absolute': ['reference-refused'],
  'backing-parent': ['reference-refused'],
  'backing-protocol': ['reference-refused'],
  'backing-missing': ['backing-file-missing'],
  'backing-loop': ['backing-file-loop'],
  'backing-link': ['reference-refused'],
  'data-file': ['reference-refused', 'image-unsupported'],
  'vmdk-extent-outside': ['reference-refused'],
  'vmdk-extent-parent': ['reference-refused'],
  'vmdk-extent-missing': ['file-not-found'],
  'raw-with-qcow2-header': ['reference-refused'],
  'huge-l1': ['image-damaged'],
  folder: ['not-a-regular-file'],
}

test.each(HOSTILE_NAMES)('hostile: %s', async (name) => {
  const where = await hostileFolder(bench.folder)
  const image = await makeHostile(bench.host, name, where)
  const before = await filesIn(where.folder)
  const expected = REFUSALS[name]
  if (expected) {
    const error = await failureOf(bench.core.inspect(image))
    expect(expected).toContain(error.code)
    expect(JSON.stringify(error.data)).not.toContain(CANARY)
  } else {
    expect(JSON.stringify(await bench.core.inspect(image).catch((thrown: unknown) => String(thrown)))).not.toContain(CANARY)
  }
  // Whatever a reader makes of it, a copy of it must not be made, or must not hold what the host keeps elsewhere.
  const output = path.join(where.folder, 'copy.raw')
  const job = await bench.run({
    kind: 'convert-image',
    input: { source: image, output, format: 'raw', options: [], verify: true, replace: false },
  })
  expect(job.state).toBe('failed')
  expect(await filesIn(where.folder)).toEqual(before)
})

test('a FIFO in place of an extent is refused at once', async () => {
  const where = await hostileFolder(bench.folder)
  const image = await makeHostile(bench.host, 'vmdk-extent-missing', where)
  await bench.host.run('sh', ['-c', 'mkfifo "$1"', 'sh', path.join(where.folder, 'gone-flat.vmdk')])
  expect((await failureOf(bench.core.inspect(image))).code).toBe('not-a-regular-file')
})

test('a file that is not there, and one that may not be read', async () => {
  expect((await failureOf(bench.core.inspect(path.join(bench.folder, 'absent.qcow2')))).code).toBe('file-not-found')
  await fs.symlink('loop', path.join(bench.folder, 'loop'))
  expect((await failureOf(bench.core.inspect(path.join(bench.folder, 'loop')))).code).toBe('not-a-regular-file')
})

test('a backing file in the same folder is followed and shown', async () => {
  const base = await bench.copy('ock', 'base.qcow2')
  const overlay = path.join(bench.folder, 'overlay.qcow2')
  await bench.host.run('qemu-img', ['create', '-q', '-u', '-f', 'qcow2', '-F', 'qcow2', '-b', 'base.qcow2', overlay, '15G'])
  const info = await bench.core.inspect(overlay)
  expect(info.backingChain).toEqual([{ path: base, format: 'qcow2' }])
  expect(info.ignitionPlatform).toBe('qemu')
  expect(info.warnings.map((warning) => warning.code)).toContain('backing-file')
  const inPlace = await bench.run({
    kind: 'save-image',
    input: {
      source: base,
      edits: [{ kind: 'kernel-args', entry: '2:/loader/entries/ostree-1-ock.conf', changes: [{ op: 'append', arg: 'quiet' }] }],
      target: { mode: 'in-place', keepBackup: true },
    },
  })
  expect(inPlace.error?.code).toBe('image-in-use')
})

test('ext4 with features that GRUB does not know is read all the same; what nobody can read is said to be unreadable', async () => {
  const tree = path.join(bench.folder, 'tree')
  await fs.mkdir(path.join(tree, 'loader/entries'), { recursive: true })
  await fs.writeFile(path.join(tree, `loader/entries/it's a.conf`), 'title Inline\nlinux /vmlinuz\noptions root=/dev/vda quiet\n')
  const image = path.join(bench.folder, 'inline.raw')
  await fs.writeFile(image, '')
  await fs.truncate(image, 64 * 1024 ** 2)
  const mkfs = (features: string): Promise<unknown> => bench.host.run('mkfs.ext4', ['-q', '-F', '-O', features, '-d', tree, image])
  await mkfs('inline_data,casefold')
  const { entries } = await bench.core.listBootEntries(image)
  expect(entries.map(({ title, args, problem }) => [title, args, problem])).toEqual([['Inline', ['root=/dev/vda', 'quiet'], null]])
  expect((await bench.core.inspect(image)).warnings.map((warning) => warning.code)).toEqual(['no-partition-table'])

  // A feature that no program knows yet: bit 30 of s_feature_incompat, at 0x60 of the superblock.
  const handle = await fs.open(image, 'r+')
  const features = Buffer.alloc(4)
  await handle.read(features, 0, 4, 1024 + 0x60)
  features.writeUInt32LE((features.readUInt32LE() | 0x4000_0000) >>> 0)
  await handle.write(features, 0, 4, 1024 + 0x60)
  await handle.close()
  expect((await bench.core.inspect(image)).warnings.map((warning) => warning.code)).toContain('filesystem-unreadable')
})

test('a damaged partition table is said to be one, and the image still converts', async () => {
  const image = path.join(bench.folder, 'overlap.raw')
  await fs.writeFile(image, '')
  await fs.truncate(image, 8 * 1024 ** 2)
  const handle = await fs.open(image, 'r+')
  // A GPT whose both copies say that their checksums are others.
  await handle.write(Buffer.from('EFI PART'), 0, 8, 512)
  await handle.write(Buffer.from([0xee]), 0, 1, 450)
  await handle.write(Buffer.from([0x55, 0xaa]), 0, 2, 510)
  await handle.close()
  const info = await bench.core.inspect(image)
  expect(info.partitions).toEqual([])
  expect(info.warnings.map((warning) => warning.code)).toContain('partition-table-damaged')
  const output = path.join(bench.folder, 'overlap.qcow2')
  await bench.succeed({
    kind: 'convert-image',
    input: { source: image, output, format: 'qcow2', options: [], verify: true, replace: false },
  })
})
