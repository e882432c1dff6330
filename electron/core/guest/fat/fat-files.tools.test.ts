import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fatVolume } from '../volumes/fat-volume.js'
import { openFat } from './fat-files.js'

let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-fat-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const pattern = (bytes: number, seed: number) =>
  Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (at * 31 + seed + (at >> 8)) & 255))

/** A file system with the names and the fragments that are hard to read, and what is in it. */
async function makeFat(bits: number, megabytes: number): Promise<{ image: string; files: ReadonlyMap<string, Buffer> }> {
  const image = path.join(folder, `fat${bits}.img`)
  await fs.writeFile(image, '')
  await fs.truncate(image, megabytes * 1024 * 1024)
  const env = { ...process.env, MTOOLS_SKIP_CHECK: '1', LC_ALL: 'C.UTF-8' }
  execFileSync('mkfs.fat', ['-F', String(bits), '-s', '1', '-n', 'TEST', image])
  const local = path.join(folder, 'content')
  const put = async (name: string, content: Buffer) => {
    await fs.writeFile(local, content)
    execFileSync('mcopy', ['-o', '-i', image, local, `::${name}`], { env })
  }
  const files = new Map<string, Buffer>([
    ['/EFI/BOOT/BOOTX64.EFI', pattern(70_001, 1)],
    ['/EFI/Linux/a name that is much longer than thirteen letters.efi', pattern(513, 2)],
    ['/loader/loader.conf', Buffer.from('timeout 1\n')],
    ['/empty', Buffer.alloc(0)],
    ['/ünïcödé ☃.txt', pattern(10, 3)],
    ['/Mixed.Txt', pattern(512, 4)],
  ])
  for (const name of ['EFI', 'EFI/BOOT', 'EFI/Linux', 'loader', 'many']) execFileSync('mmd', ['-i', image, `::${name}`])
  for (const [name, content] of files) await put(name, content)
  // Every second cluster is free then, so that what comes next lies in pieces.
  for (let at = 0; at < 120; at += 1) await put(`/many/file-number-${at}.conf`, pattern(400, at))
  for (let at = 0; at < 120; at += 2) execFileSync('mdel', ['-i', image, `::many/file-number-${at}.conf`])
  for (let at = 1; at < 120; at += 2) files.set(`/many/file-number-${at}.conf`, pattern(400, at))
  const large = pattern(300_000, 9)
  await put('/large.bin', large)
  files.set('/large.bin', large)
  return { image, files }
}

test.each([
  [12, 2],
  [16, 16],
  [32, 48],
])('FAT%i is read as it was written', async (bits, megabytes) => {
  const { image, files } = await makeFat(bits, megabytes)
  const handle = await fs.open(image)
  try {
    const fat = await openFat(async (offset, length) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    })
    const volume = fatVolume(fat ?? expect.fail('it was not recognized'))
    const found: string[] = []
    const walk = async (at: string): Promise<void> => {
      for (const entry of await volume.list(at === '' ? '/' : at)) {
        if (entry.kind === 'folder') await walk(`${at}/${entry.name}`)
        else found.push(`${at}/${entry.name}`)
      }
    }
    await walk('')
    expect(found.toSorted()).toEqual([...files.keys()].toSorted())
    for (const [name, content] of files) {
      expect([name, sha256(await volume.read(name, 1024 * 1024))]).toEqual([name, sha256(content)])
      expect((await volume.stats([name.toUpperCase()]))[0]).toMatchObject({ kind: 'file', sizeBytes: content.length })
    }
    const parts: Uint8Array[] = []
    for await (const part of volume.stream('/large.bin', { offset: 1000, length: 150_000 })) parts.push(part)
    expect(sha256(Buffer.concat(parts))).toBe(sha256(pattern(300_000, 9).subarray(1000, 151_000)))
    await expect(volume.read('/large.bin', 1000)).rejects.toMatchObject({ code: 'guest-file-too-large' })
    await expect(volume.read('/EFI', 1000)).rejects.toMatchObject({ code: 'guest-file-not-found' })
    expect(await volume.list('/nowhere')).toEqual([])
    const [stat] = await volume.stats(['/large.bin'])
    expect(Math.abs((stat?.mtime ?? 0) - Date.now() / 1000)).toBeLessThan(26 * 3600)
  } finally {
    await handle.close()
  }
})

test('a chain that loops, and one that ends early, are no trap', async () => {
  const { image } = await makeFat(16, 16)
  const bytes = await fs.readFile(image)
  const fatStart = bytes.readUInt16LE(14) * 512
  // Every cluster points to itself.
  for (let cluster = 2; cluster < 2000; cluster += 1) bytes.writeUInt16LE(cluster, fatStart + cluster * 2)
  const fat = await openFat(async (offset, length) => bytes.subarray(offset, offset + length))
  const volume = fatVolume(fat ?? expect.fail('it was not recognized'))
  expect((await volume.read('/large.bin', 1024 * 1024)).length).toBe(300_000)
  for (let cluster = 2; cluster < 2000; cluster += 1) bytes.writeUInt16LE(0xffff, fatStart + cluster * 2)
  const cut = fatVolume(
    (await openFat(async (offset, length) => bytes.subarray(offset, offset + length))) ?? expect.fail('it was not recognized'),
  )
  await expect(cut.read('/large.bin', 1024 * 1024)).rejects.toMatchObject({ code: 'filesystem-unreadable' })
})

test('what is no FAT is not taken for one', async () => {
  for (const text of ['', 'EXFAT', 'x'.repeat(512)]) {
    expect(await openFat(async () => Buffer.from(text.padEnd(512, '\0'), 'latin1'))).toBeUndefined()
  }
})
