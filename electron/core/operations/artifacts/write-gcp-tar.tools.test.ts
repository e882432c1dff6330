import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noise, PackingBench, type Piece, quiet } from './testing/packing-bench.js'
import { writeGcpTar } from './write-gcp-tar.js'

const KIB = 1024
const MIB = 1024 ** 2
const GIB = 1024 ** 3

let bench: PackingBench
beforeAll(async () => {
  bench = await PackingBench.open()
})
afterAll(() => bench.close())

const scattered = (count: number, step: number): Piece[] =>
  Array.from({ length: count }, (_, index) => ({ at: index * step + 4096, bytes: noise(4096, index + 1) }))

const DISKS: Readonly<Record<string, { size: number; pieces: readonly Piece[] }>> = {
  empty: { size: 4 * MIB, pieces: [] },
  'all data': { size: 3 * MIB, pieces: [{ at: 0, bytes: noise(3 * MIB) }] },
  'many pieces, so that the map goes on in further blocks': { size: 64 * MIB, pieces: scattered(60, MIB) },
  'more than 8 GiB, nearly empty': {
    size: 10 * GIB,
    pieces: [
      { at: 0, bytes: noise(MIB) },
      { at: 9 * GIB, bytes: noise(64 * KIB, 5) },
      { at: 10 * GIB - 4096, bytes: noise(4096, 7) },
    ],
  },
}

test.each(Object.keys(DISKS))('%s: GNU tar unpacks disk.raw as it was, with its holes', async (name) => {
  const disk = DISKS[name]
  if (disk === undefined) throw new Error(name)
  const source = await bench.disk('source.raw', disk.size, disk.pieces)
  const packed = await bench.pack(writeGcpTar, source, 'disk.tar.gz', { input: { digests: ['sha256'] } })
  expect(packed.digests).toEqual({
    sha256: createHash('sha256')
      .update(await fs.readFile(packed.part))
      .digest('hex'),
  })
  await bench.sh('gzip -t <"$1"', packed.part)
  const listed = await bench.sh('tar --list --verbose --gzip --file "$1"', packed.part)
  expect(listed).toMatch(new RegExp(`^-rw-r--r-- 0/0 +${disk.size} .* disk\\.raw\\n$`))
  // Not cmp(1): it would read 10 GiB of holes.
  const compare = 'tar -C "$1" --gzip -xf "$2" && qemu-img compare -f raw -F raw "$1/disk.raw" "$3"'
  expect(await bench.sh(compare, bench.folder, packed.part, source.path)).toContain('identical')
  expect((await fs.stat(bench.at('disk.raw'))).size).toBe(disk.size)
  const { blocks } = await fs.stat(bench.at('disk.raw'))
  // Each piece may begin and end inside of a block of the file system, and ext4 keeps its map apart.
  expect(blocks * 512).toBeLessThan(disk.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0) + MIB)
  expect(await packed.compare?.(quiet)).toBe(true)
})

test('what an image with a backing file shows is packed', async () => {
  const base = await bench.disk('base.raw', 8 * MIB, [{ at: MIB, bytes: noise(MIB) }])
  await bench.sh(
    'qemu-img create -q -f qcow2 -F raw -b "$1" "$2" && qemu-io -c "write -P 9 5M 64k" "$2"',
    base.path,
    bench.at('overlay.qcow2'),
  )
  const node = { driver: 'qcow2', path: bench.at('overlay.qcow2'), backing: base }
  const packed = await bench.pack(writeGcpTar, node, 'overlay.tar.gz')
  const raw = await bench.sh(
    'qemu-img convert -O raw "$1" "$2" && tar -C "$3" --gzip -xf "$4" && cmp "$3/disk.raw" "$2" && echo same',
    node.path,
    bench.at('flat.raw'),
    bench.folder,
    packed.part,
  )
  expect(raw).toBe('same\n')
})

test('the comparison hears of every byte that differs, of damage, and of another member', async () => {
  const source = await bench.disk('one.raw', 4 * MIB, [{ at: 2 * MIB, bytes: noise(64 * KIB) }])
  const packed = await bench.pack(writeGcpTar, source, 'one.tar.gz')
  const compare = () => packed.compare?.(quiet)
  const good = await fs.readFile(packed.part)
  const tar = gunzipSync(good)
  const spoilt: Readonly<Record<string, Buffer>> = {
    'a byte of the data': gzipSync(changed(tar, 512 + 64 * KIB - 1)),
    'a byte of the header': gzipSync(changed(tar, 390)),
    'the name': gzipSync(changed(tar, 0)),
    'the checksum of all': changed(good, good.length - 6),
    'the end': good.subarray(0, good.length - 20),
  }
  for (const [what, bytes] of Object.entries(spoilt)) {
    await fs.writeFile(packed.part, bytes)
    expect([what, await compare()]).toEqual([what, false])
  }
  await fs.writeFile(packed.part, good)
  expect(await compare()).toBe(true)
  // The source has something now where the archive has a hole.
  await bench.disk('one.raw', 4 * MIB, [
    { at: 2 * MIB, bytes: noise(64 * KIB) },
    { at: 3 * MIB, bytes: new Uint8Array([1]) },
  ])
  expect(await compare()).toBe(false)
})

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

test('a cancelled job, a full disk and an option that is none end with their own words', async () => {
  const source = await bench.disk('noise.raw', 32 * MIB, [{ at: 0, bytes: noise(32 * MIB) }])
  const controller = new AbortController()
  const progress = { fraction: () => {}, bytes: (done: number) => void (done >= 4 * MIB && controller.abort()) }
  const cancelled = bench.pack(writeGcpTar, source, 'cancelled.tar.gz', { signal: controller.signal, progress })
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
  await expect(bench.pack(writeGcpTar, source, 'full.tar.gz', { part: '/dev/full' })).rejects.toMatchObject({ code: 'no-space' })
  const wrong = bench.pack(writeGcpTar, source, 'wrong.tar.gz', { input: { options: ['level=11'] } })
  await expect(wrong).rejects.toMatchObject({ code: 'bad-input' })
})
