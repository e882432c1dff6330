import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkImage } from '#core/tools/qemu-img/check'
import { hashOf, openBench, type TestBench } from './workbench.js'

const MIB = 1024 * 1024

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** A raw image that is one ext4 file system with the given files. */
async function ext4(name: string, sizeMib: number, files: Iterable<readonly [string, string]>): Promise<string> {
  const tree = path.join(bench.folder, `${name}.tree`)
  for (const [file, content] of files) {
    await fs.mkdir(path.dirname(path.join(tree, file)), { recursive: true })
    await fs.writeFile(path.join(tree, file), content)
  }
  const image = path.join(bench.folder, name)
  await fs.writeFile(image, '')
  await fs.truncate(image, sizeMib * MIB)
  execFileSync('mkfs.ext4', ['-q', '-b', '1024', '-N', '8192', '-d', tree, image], { stdio: 'pipe' })
  await fs.rm(tree, { recursive: true })
  return image
}

function* entryFiles(count: number): Generator<readonly [string, string]> {
  for (let index = 0; index < count; index += 1) yield [`loader/entries/e${index}.conf`, 'title T\nlinux /vmlinuz\noptions ro\n']
}

test('five thousand boot entries: the first ones are shown, with a warning, and few processes run at once', async () => {
  const image = await ext4('many.raw', 64, entryFiles(5000))
  let mostAtOnce = 0
  const watch = setInterval(() => {
    const children = execFileSync('ps', ['--no-headers', '-o', 'comm', '-e'], { encoding: 'utf8' }).split('\n')
    mostAtOnce = Math.max(mostAtOnce, children.filter((name) => name === 'grub-fstest').length)
  }, 250)
  const info = await bench.core.inspect(image).finally(() => clearInterval(watch))
  expect(info.warnings).toContainEqual({ code: 'boot-entries-cut', detail: '500' })
  expect((await bench.core.listBootEntries(image)).entries).toHaveLength(500)
  expect(mostAtOnce).toBeLessThan(40)
})

test('a large folder lists with all kinds and sizes', async () => {
  const image = await ext4('large-folder.raw', 64, [['other', ''], ...entryFiles(4000)])
  const entries = await bench.core.listFiles({ path: image, folder: '/loader/entries' })
  expect(entries).toHaveLength(4000)
  expect(entries.every((entry) => entry.kind === 'file' && (entry.sizeBytes ?? 0) > 30)).toBe(true)
})

test('a partition table that names places no disk has does not keep the image from being opened', async () => {
  const image = path.join(bench.folder, 'far-partition.raw')
  await fs.writeFile(image, '')
  await fs.truncate(image, 8 * MIB)
  execFileSync('sfdisk', ['-q', image], { input: 'label: gpt\nstart=2048, size=2048\n', stdio: ['pipe', 'pipe', 'pipe'] })
  const file = await fs.open(image, 'r+')
  const [header, entries] = [Buffer.alloc(92), Buffer.alloc(128 * 128)]
  await file.read(header, 0, header.length, 512)
  await file.read(entries, 0, entries.length, 1024)
  entries.writeBigUInt64LE(2n ** 60n, 32)
  entries.writeBigUInt64LE(2n ** 60n + 8n, 40)
  header.writeUInt32LE(crc32(entries), 88)
  header.writeUInt32LE(0, 16)
  header.writeUInt32LE(crc32(header), 16)
  await file.write(header, 0, header.length, 512)
  await file.write(entries, 0, entries.length, 1024)
  await file.close()
  const info = await bench.core.inspect(image)
  expect(info.partitions.map((partition) => partition.filesystem)).toEqual([null])
})

test('a source that bears the name of a result’s extent is never replaced', async () => {
  const made = await bench.copy('mbr')
  const source = path.join(bench.folder, 'disk-flat.vmdk')
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', made, source])
  const before = await hashOf(source)
  const job = await bench.run({
    kind: 'convert-image',
    input: {
      source,
      output: path.join(bench.folder, 'disk.vmdk'),
      format: 'vmdk',
      subformat: 'monolithicFlat',
      options: [],
      verify: true,
      replace: true,
    },
  })
  expect(job.error?.code).toBe('output-is-source')
  expect(await hashOf(source)).toBe(before)
})

test('where debugfs reads, a link is followed as everywhere else', async () => {
  const image = await ext4('linked.raw', 16, [
    ['usr/lib/os-release', 'PRETTY_NAME="Linked OS"\n'],
    ['etc/hostname', 'h'],
  ])
  execFileSync('debugfs', ['-w', '-R', 'symlink /etc/os-release ../usr/lib/os-release', image], { stdio: 'pipe' })
  // A feature that GRUB's driver refuses.
  execFileSync('tune2fs', ['-O', 'casefold', image], { stdio: 'pipe' })
  expect((await bench.core.readFile({ path: image, file: '/etc/os-release' })).toString()).toBe('PRETTY_NAME="Linked OS"\n')
})

test('a check that would complain for gigabytes is ended, and the image counts as damaged', async () => {
  const [cluster, tables] = [65_536, 16]
  const image = Buffer.alloc(cluster * (4 + tables))
  image.write('QFI\u00fb', 'latin1')
  image.writeUInt32BE(3, 4)
  image.writeUInt32BE(16, 20)
  image.writeBigUInt64BE(BigInt(tables * (cluster / 8) * cluster), 24)
  image.writeUInt32BE(tables, 36)
  image.writeBigUInt64BE(BigInt(cluster * 3), 40)
  image.writeBigUInt64BE(BigInt(cluster), 48)
  image.writeUInt32BE(1, 56)
  image.writeUInt32BE(4, 96)
  image.writeUInt32BE(104, 100)
  image.writeBigUInt64BE(BigInt(cluster * 2), cluster)
  for (let at = 0; at < tables; at += 1) image.writeBigUInt64BE((1n << 63n) | BigInt(cluster * (4 + at)), cluster * 3 + at * 8)
  for (let at = cluster * 4; at < image.length; at += 8) image.writeBigUInt64BE((1n << 63n) | 0x7ffffffff01ffn, at)
  const file = path.join(bench.folder, 'complaints.qcow2')
  await fs.writeFile(file, image)
  const verdict = await checkImage(bench.host, { driver: 'qcow2', path: file, access: { read: [file] } })
  expect(verdict.verdict).toBe('corrupt')
  expect(verdict.corruptions).toBeLessThanOrEqual(100_001)
})
