import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { openGuestFiles } from '#core/guest/guest-files'
import { initramfsModules } from '#core/guest/initramfs/modules'
import { readGuestInitramfs, readInitramfs } from '#core/guest/initramfs/read-initramfs'
import { withReader } from '#core/guest/reader'
import { openSource } from '#core/guest/source'
import type { Host } from '#core/process/host'
import { builderHost } from '../images/builder-host'
import { testImage } from '../images/cache'

let host: Host
beforeAll(async () => {
  host = await builderHost()
})

function archive(files: Readonly<Record<string, Uint8Array | string>>): Buffer {
  const member = (name: string, content: Uint8Array): Buffer => {
    const values = [1, 0o100644, 0, 0, 1, 0, content.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0]
    const head = Buffer.from(`070701${values.map((value) => value.toString(16).padStart(8, '0')).join('')}${name}\0`)
    return Buffer.concat([head, pad(head.length), content, pad(content.length)])
  }
  const all = [...Object.entries(files), ['TRAILER!!!', ''] as const].map(([name, content]) => member(name, Buffer.from(content)))
  return Buffer.concat(all)
}

function pad(length: number): Buffer {
  return Buffer.alloc((4 - (length % 4)) % 4)
}

function noise(bytes: number): Buffer {
  let state = 9
  return Buffer.from(Uint8Array.from({ length: bytes }, () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 24))
}

function tool(name: string, args: readonly string[], input: Uint8Array): Buffer {
  return execFileSync(name, args, { input, maxBuffer: 1024 ** 3 })
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

const EARLY = archive({ early_cpio: '1\n', 'kernel/x86/microcode/GenuineIntel.bin': noise(100_000) })
const MAIN = archive({
  init: '#!/bin/sh\n',
  'usr/lib/modules/6.1/modules.builtin': 'kernel/drivers/nvme/nvme.ko\n',
  'usr/lib/modules/6.1/kernel/drivers/block/virtio_blk.ko.xz': noise(3_000_000),
  'usr/share/zeros': Buffer.alloc(5_000_000),
})
const ADDED = archive({ 'etc/ignition.json': '{}' })
const [EARLY_NAMES, MAIN_NAMES, ADDED_NAMES] = [
  ['early_cpio', 'kernel/x86/microcode/GenuineIntel.bin'],
  ['init', 'usr/lib/modules/6.1/modules.builtin', 'usr/lib/modules/6.1/kernel/drivers/block/virtio_blk.ko.xz', 'usr/share/zeros'],
  ['etc/ignition.json'],
]

const ENDING: readonly [string, (bytes: Uint8Array) => Buffer][] = [
  ['gzip', (bytes) => tool('gzip', ['-c'], bytes)],
  ['zstd', (bytes) => tool('zstd', ['-q', '-c', '-15'], bytes)],
  ['zstd', (bytes) => tool('zstd', ['-q', '-c', '-T0', '--no-check'], bytes)],
  ['xz', (bytes) => tool('xz', ['-c', '--check=crc32', '--x86', '--lzma2=dict=1MiB'], bytes)],
  ['xz', (bytes) => tool('xz', ['-c', '-T2', '--block-size=1MiB'], bytes)],
  ['lz4', (bytes) => tool('lz4', ['-l', '-c'], bytes)],
]

test.each(ENDING)('microcode, %s, and an archive behind it', async (compression, compress) => {
  const main = compress(MAIN)
  const aligned = Buffer.concat([main, pad(main.length)])
  for (const last of [ADDED, gzipSync(ADDED), tool('zstd', ['-q', '-c'], ADDED)]) {
    const bytes = Buffer.concat([EARLY, Buffer.alloc(512), aligned, last])
    const read = await readInitramfs(host, pieces(bytes), { wanted: (name) => name.endsWith('modules.builtin') })
    expect(read.problem).toBe(null)
    expect(read.names).toEqual([...EARLY_NAMES, ...MAIN_NAMES, ...ADDED_NAMES])
    expect(read.archives).toEqual([
      { compression: 'none', bytes: EARLY.length },
      { compression, bytes: main.length },
      { compression: last === ADDED ? 'none' : last[0] === 0x1f ? 'gzip' : 'zstd', bytes: last.length },
    ])
    expect([...read.files].map(([name, content]) => [name, content.toString()])).toEqual([
      ['usr/lib/modules/6.1/modules.builtin', 'kernel/drivers/nvme/nvme.ko\n'],
    ])
  }
})

test.each([
  ['bzip2', ['-c']],
  ['lzma', ['-c']],
] as const)('%s, up to the end of the file', async (name, args) => {
  const main = name === 'lzma' ? tool('xz', ['-c', '--format=lzma'], MAIN) : tool(name, args, MAIN)
  const read = await readInitramfs(host, pieces(Buffer.concat([EARLY, main])))
  expect(read).toMatchObject({ problem: null, archives: [{ compression: 'none' }, { compression: name, bytes: main.length }] })
  expect(read.names).toEqual([...EARLY_NAMES, ...MAIN_NAMES])
})

test('what was read before the damage stands, and the damage is told', async () => {
  for (const [, compress] of ENDING) {
    const main = compress(MAIN)
    const cut = await readInitramfs(host, pieces(Buffer.concat([EARLY, main.subarray(0, main.length / 2)])))
    expect(cut.names.slice(0, 2)).toEqual(EARLY_NAMES)
    expect(cut.problem).toMatch(/\w/)
    const damaged = await readInitramfs(host, pieces(Buffer.concat([EARLY, main.fill(0xa5, 40, 2000)])))
    expect(damaged.problem).toMatch(/\w/)
  }
  const junk = await readInitramfs(host, pieces(Buffer.concat([MAIN, Buffer.from('no archive')])))
  expect(junk).toMatchObject({ names: MAIN_NAMES, problem: 'Behind its archives stands what is no archive' })
  const lzo = await readInitramfs(host, pieces(Buffer.from([0x89, 0x4c, 0x5a, 0x4f, 0, 0])))
  expect(lzo.problem).toMatch(/LZO/)
  expect(await readInitramfs(host, pieces(gzipSync('plain text')))).toMatchObject({
    problem: 'A compressed archive holds what is no cpio archive',
  })
  expect(await readInitramfs(host, pieces(Buffer.alloc(0)))).toEqual({ names: [], archives: [], files: new Map(), problem: null })
})

test('bombs end at the limits', async () => {
  const bomb = archive({ first: 'x', zeros: Buffer.alloc(50_000_000) })
  for (const packed of [gzipSync(bomb), tool('zstd', ['-q', '-c'], bomb), tool('xz', ['-c', '-0'], bomb), bomb]) {
    const read = await readInitramfs(host, pieces(packed), { limits: { unpackedBytes: 10_000_000 } })
    expect(read).toMatchObject({ names: ['first'], problem: 'It holds more than 10000000 bytes' })
  }
  const many = archive(Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, ''])))
  expect((await readInitramfs(host, pieces(many), { limits: { names: 20 } })).names).toHaveLength(20)
  const large = await readInitramfs(host, pieces(MAIN), { wanted: () => true, limits: { fileBytes: 100 } })
  expect([...large.files.keys()]).toEqual(['init', 'usr/lib/modules/6.1/modules.builtin'])
})

test('it ends when it is cancelled, and when time is up', async () => {
  const slow = async function* (): AsyncGenerator<Uint8Array> {
    for (;;) {
      yield archive({ a: 'x' })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const control = new AbortController()
  const reading = readInitramfs(host, slow(), { signal: control.signal })
  setTimeout(() => control.abort(), 100)
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  expect((await readInitramfs(host, slow(), { limits: { seconds: 0.2 } })).problem).toBe('Reading it took more than 0.2 seconds')
})

test('an error of what is read is not taken for a damaged archive', async () => {
  for (const packed of [gzipSync(MAIN), tool('zstd', ['-q', '-c'], MAIN), MAIN]) {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield packed.subarray(0, 100_000)
      throw new RangeError('gone')
    }
    await expect(readInitramfs(host, broken())).rejects.toThrow('gone')
  }
})

test('the initial RAM disk in an image', async () => {
  await withReader(host, await openSource(await testImage('bootable')), async (reader) => {
    const files = openGuestFiles(host, reader)
    const read = await readGuestInitramfs(host, reader, files, { partition: 1, path: '/diskwright/initrd.img' })
    expect(read).toMatchObject({ problem: null, archives: [{ compression: 'gzip' }] })
    const modules = read.names.filter((name) => name.startsWith('lib/'))
    const others = read.names.filter((name) => !modules.includes(name))
    expect(others).toEqual([
      'bin',
      'dev',
      'etc',
      'lib',
      'proc',
      'sys',
      'dev/console',
      'bin/busybox',
      'init',
      'bin/drivers',
      'bin/pointer',
      'bin/network',
      'bin/lease',
    ])
    expect(modules).toContain('lib/virtio_blk.ko')
    // They lie in no folder of a kernel.
    expect(initramfsModules(read.names).size).toBe(0)
    const missing = readGuestInitramfs(host, reader, files, { partition: 1, path: '/diskwright/nope.img' })
    await expect(missing).rejects.toMatchObject({ code: 'guest-file-not-found' })
  })
})
