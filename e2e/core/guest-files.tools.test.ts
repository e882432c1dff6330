import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builderHost } from '../images/builder-host'
import { buildDisk, type FilesystemPlan, type PartitionPlan } from '../images/build-disk'
import { BUILD_TIME, type GuestFile } from '../images/pack-files'
import { type ImageFiles, openGuestFiles } from '#core/guest/guest-files'
import { type ImageReader, withReader } from '#core/guest/reader'
import { openSource } from '#core/guest/source'
import { openXfs } from '#core/guest/xfs/xfs-files'
import { searchGuest } from '#core/operations/search-guest'
import type { Host } from '#core/process/host'

const MIB_SECTORS = 2048
const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
const LABEL = 'system_u:object_r:boot_t:s0'
/** Too long for an inode to hold beside other things. */
const LONG_LABEL = `system_u:object_r:boot_t:s0:${Array.from({ length: 150 }, (_, index) => `c${index}`).join(',')}`
const LONG_NAME = 'x'.repeat(90)
const MANY = 20_000
const ODD_NAMES = ['quote"d \'x', '-dash', 'ünï—🎈', 'semi;colon $(x)', 'back\\slash', ' lead and trail ', 'percent%s', '#hash']

const FILES: readonly GuestFile[] = [
  { path: '/a b.conf', content: 'space\n', mode: 0o640, uid: 1000, gid: 1001, selinux: LABEL },
  { path: '/labelled', content: 'x', selinux: LONG_LABEL },
  ...ODD_NAMES.map((name) => ({ path: `/odd/${name}`, content: name })),
  { path: '/dir/short', link: '../a b.conf' },
  { path: '/dir/abs', link: '/dir' },
  { path: '/dir/long', link: `/${LONG_NAME}/../a b.conf` },
  { path: '/loop', link: 'loop' },
  { path: '/loader', link: 'loader.1' },
  { path: '/loader.1/entries/x.conf', content: 'title x\n' },
  { path: '/big', content: pattern(3_000_000), mode: 0o4755 },
  { path: `/${LONG_NAME}`, folder: true, mode: 0o1777 },
]

const MANY_FILES = `mkdir "$root/many"; i=0; while [ $i -lt ${MANY} ]; do : > "$root/many/file-$i"; i=$((i+1)); done`
const FEW_FILES = 'mkdir "$root/many"; i=0; while [ $i -lt 300 ]; do : > "$root/many/file-$i"; i=$((i+1)); done'
/** Every other block of a file, in far more extents than an inode has room for. */
const HOLES =
  'i=0; while [ $i -lt 200 ]; do printf "%08d" $i | busybox dd of="$root/holes" bs=8192 seek=$i conv=notrunc 2>/dev/null; sync; i=$((i+1)); done'
const PIPE = 'busybox mknod "$root/pipe" p'

const linux = (filesystem: FilesystemPlan, mib: number, inside: readonly string[]): PartitionPlan => ({
  type: LINUX,
  sizeSectors: mib * MIB_SECTORS,
  files: FILES,
  inside: inside.join('\n'),
  fs: filesystem,
})

const KINDS: readonly [number, string][] = [
  [1, 'ext4'],
  [2, 'xfs'],
  [3, 'xfs with small blocks'],
  [4, 'xfs without checksums'],
]
const FAT = 5

let folder: string
let image: string
let host: Host
beforeAll(async () => {
  host = await builderHost()
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-files-'))
  image = path.join(folder, 'odd.qcow2')
  await buildDisk(
    host,
    {
      sizeBytes: 2 * 1024 ** 3,
      table: 'gpt',
      partitions: [
        linux({ kind: 'ext4' }, 300, [MANY_FILES, PIPE, HOLES]),
        linux({ kind: 'xfs' }, 400, [MANY_FILES, PIPE, HOLES]),
        linux({ kind: 'xfs', mkfsArgs: ['-b', 'size=1024', '-n', 'size=8192'] }, 400, [FEW_FILES, PIPE, HOLES]),
        linux({ kind: 'xfs', mkfsArgs: ['-m', 'crc=0', '-i', 'size=256', '-n', 'ftype=0'] }, 400, [FEW_FILES, PIPE, HOLES]),
        {
          type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B',
          sizeSectors: 100 * MIB_SECTORS,
          fs: { kind: 'vfat' },
          files: [
            { path: '/EFI/BOOT/a b.txt', content: 'fat' },
            { path: '/EFI/BOOT/ünï.txt', content: pattern(100_000) },
          ],
        },
      ],
    },
    image,
  )
}, 300_000)
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function using<T>(work: (files: ImageFiles, reader: ImageReader) => Promise<T>): Promise<T> {
  return withReader(host, await openSource(image), (reader) => work(openGuestFiles(host, reader), reader))
}

async function gather(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

test.each(KINDS)('partition %i, %s: kinds, modes, owners, times and labels', async (partition) => {
  await using(async (files) => {
    expect(await files.stat(partition, '/a b.conf')).toEqual({
      kind: 'file',
      mode: 0o640,
      uid: 1000,
      gid: 1001,
      sizeBytes: 6,
      mtime: BUILD_TIME,
      linkTarget: null,
      selinux: LABEL,
    })
    expect(await files.stat(partition, '/labelled')).toMatchObject({ selinux: LONG_LABEL })
    expect(await files.stat(partition, '/')).toMatchObject({ kind: 'folder', mode: 0o755, selinux: null })
    expect(await files.stat(partition, `/${LONG_NAME}/`)).toMatchObject({ kind: 'folder', mode: 0o1777 })
    expect(await files.stat(partition, '/big')).toMatchObject({ kind: 'file', mode: 0o4755, sizeBytes: 3_000_000 })
    expect(await files.stat(partition, '/pipe')).toMatchObject({ kind: 'other', sizeBytes: null })
    expect(await files.stat(partition, '/loader/entries/x.conf')).toMatchObject({ kind: 'file', sizeBytes: 8 })
    expect(await files.stat(partition, '/dir/short')).toMatchObject({ kind: 'link', linkTarget: '../a b.conf', mode: 0o777 })
    expect(await files.stat(partition, '/nope')).toBe(undefined)
    expect(await files.stat(partition, '/a b.conf/below')).toBe(undefined)
    expect(await files.stat(partition, '/x\nstat "/a b.conf"')).toBe(undefined)
  })
})

test.each(KINDS)('partition %i, %s: odd names are listed, told and read as they are', async (partition) => {
  await using(async (files) => {
    expect((await files.list(partition, '/odd')).map((entry) => entry.name).toSorted()).toEqual([...ODD_NAMES].toSorted())
    for (const name of ODD_NAMES) {
      expect(await files.stat(partition, `/odd/${name}`), name).toMatchObject({ kind: 'file', sizeBytes: Buffer.byteLength(name) })
      expect(String(await files.read(partition, `/odd/${name}`, 100)), name).toBe(name)
    }
  })
})

test.each(KINDS)('partition %i, %s: links are followed and told', async (partition) => {
  await using(async (files) => {
    expect(await files.list(partition, '/loader')).toEqual([{ name: 'entries', kind: 'folder', sizeBytes: null }])
    expect(await files.readLink(partition, '/dir/long')).toBe(`/${LONG_NAME}/../a b.conf`)
    expect(await files.readLink(partition, '/big')).toBe(undefined)
    expect(await files.realPath(partition, '/loader/entries/x.conf')).toBe('/loader.1/entries/x.conf')
    expect(await files.realPath(partition, '/dir/abs/abs/long')).toBe('/a b.conf')
    expect(await files.realPath(partition, '/loop')).toBe(undefined)
    expect(String(await files.read(partition, '/dir/abs/long', 100))).toBe('space\n')
    await expect(files.read(partition, '/loop', 100)).rejects.toMatchObject({ code: 'guest-file-not-found' })
    await expect(files.read(partition, '/dir', 100)).rejects.toMatchObject({ code: 'guest-file-not-found' })
  })
})

test.each(KINDS)('partition %i, %s: whole files and parts of them', async (partition) => {
  const big = Buffer.from(pattern(3_000_000))
  await using(async (files) => {
    expect((await files.read(partition, '/big', 3_000_000)).equals(big)).toBe(true)
    await expect(files.read(partition, '/big', 2_999_999)).rejects.toMatchObject({ code: 'guest-file-too-large' })
    expect((await gather(files.stream(partition, '/big'))).equals(big)).toBe(true)
    expect(
      (await gather(files.stream(partition, '/big', { offset: 1_234_567, length: 89_012 }))).equals(big.subarray(1_234_567, 1_323_579)),
    ).toBe(true)
    expect(await gather(files.stream(partition, '/big', { offset: 2_999_990 }))).toEqual(big.subarray(2_999_990))
    await expect(gather(files.stream(partition, '/nope'))).rejects.toMatchObject({ code: 'guest-file-not-found' })
    const holes = await gather(files.stream(partition, '/holes'))
    expect(holes.length).toBe(199 * 8192 + 8)
    for (const index of [0, 1, 99, 199]) {
      expect(holes.toString('latin1', index * 8192, index * 8192 + 8)).toBe(String(index).padStart(8, '0'))
      expect(holes.subarray(index * 8192 + 8, (index + 1) * 8192).every((byte) => byte === 0)).toBe(true)
    }
  })
})

test.each(KINDS)('partition %i, %s: folders of any size', async (partition) => {
  const count = partition <= 2 ? MANY : 300
  await using(async (files) => {
    const entries = await files.list(partition, '/many')
    expect(entries.length).toBe(count)
    expect(new Set(entries.map((entry) => entry.name)).size).toBe(count)
    expect(entries.every((entry) => entry.kind === 'file' && entry.sizeBytes === 0)).toBe(true)
    expect(await files.stat(partition, `/many/file-${count - 1}`)).toMatchObject({ kind: 'file' })
    const [dir, nothing, many] = await files.listMany(partition, ['/dir', '/nope', '/many'])
    expect(dir?.map((entry) => [entry.name, entry.kind]).toSorted()).toEqual([
      ['abs', 'link'],
      ['long', 'link'],
      ['short', 'link'],
    ])
    expect([nothing?.length, many?.length]).toEqual([0, count])
  })
})

test('FAT: kinds and sizes, names of any case, and every path is its own real one', async () => {
  await using(async (files) => {
    expect(await files.stat(FAT, '/EFI/BOOT/a b.txt')).toEqual({
      kind: 'file',
      mode: null,
      uid: null,
      gid: null,
      sizeBytes: 3,
      mtime: 1_714_521_600,
      linkTarget: null,
      selinux: null,
    })
    expect(await files.stat(FAT, '/efi/boot/ÜNÏ.TXT')).toMatchObject({ kind: 'file', sizeBytes: 100_000 })
    expect(await files.realPath(FAT, '/EFI/BOOT/../BOOT/a b.txt')).toBe('/EFI/BOOT/a b.txt')
    expect(await files.realPath(FAT, '/EFI/nope')).toBe(undefined)
    const part = await gather(files.stream(FAT, '/EFI/BOOT/ünï.txt', { offset: 50_000, length: 10 }))
    expect(part).toEqual(Buffer.from(pattern(100_000)).subarray(50_000, 50_010))
  })
})

test('search by name in every partition', async () => {
  const entries = await searchGuest(host, image, 'X.conf')
  expect(entries).toMatchObject({ cut: null, looked: expect.any(Number) })
  expect(entries.looked).toBeGreaterThan(2 * MANY)
  expect(entries.hits.toSorted((a, b) => a.partition - b.partition)).toEqual(
    KINDS.map(([partition]) => ({ partition, path: '/loader.1/entries/x.conf', kind: 'file' })),
  )
  expect((await searchGuest(host, image, '*🎈', { places: [{ partition: 1, folder: '/odd' }] })).hits).toHaveLength(1)
  expect((await searchGuest(host, image, 'boot/*.TXT')).hits.map((hit) => hit.path.toLowerCase()).toSorted()).toEqual([
    '/efi/boot/a b.txt',
    '/efi/boot/ünï.txt',
  ])
  expect(await searchGuest(host, image, 'file-')).toMatchObject({ cut: 'hits', hits: { length: 500 } })
})

test('a damaged XFS ends in an answer, never in an error or without end', async () => {
  await using(async (_files, reader) => {
    const start = reader.table.partitions.find((row) => row.number === 2)?.startBytes ?? 0
    let state = 1
    const random = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
    let answers = 0
    for (let round = 0; round < 150; round += 1) {
      const damaged = await openXfs(async (offset, length) => {
        const bytes = Buffer.from(await reader.readAt(start + offset, length))
        // The superblock stays, or nothing behind it would be read.
        if (offset > 0 || length > 512)
          for (let flips = 0; flips < bytes.length / 400; flips += 1)
            bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
        return bytes
      })
      const root = damaged && (await damaged.inode(damaged.root))
      if (!damaged || !root) continue
      for (const { inode: number } of await damaged.names(root)) {
        const inode = await damaged.inode(number)
        if (!inode) continue
        await damaged.names(inode)
        await damaged.linkTarget(inode)
        await damaged.securityAttribute(inode, 'selinux')
        await gather(damaged.content(inode, 0, 100_000))
        answers += 1
      }
    }
    expect(answers).toBeGreaterThan(100)
  })
})

function pattern(bytes: number): Uint8Array {
  let state = 42
  return Uint8Array.from({ length: bytes }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24)
}
