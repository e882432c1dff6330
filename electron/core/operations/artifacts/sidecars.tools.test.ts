import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { digestFile } from './digest-file.js'
import { sidecarPaths, sidecarText } from './sidecars.js'

let folder: string
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dw-digest-'))
  return () => fs.rmSync(folder, { recursive: true })
})
const at = (name: string): string => path.join(folder, name)
const sums = (program: string, ...args: string[]): string => execFileSync(program, args, { cwd: folder, encoding: 'utf8' })

test.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 3 * 1024 * 1024 + 17])(
  'both digests of %i bytes are those of sha256sum and sha512sum',
  async (bytes) => {
    fs.writeFileSync(at('disk'), Buffer.alloc(bytes, 'disk image '))
    const seen: number[] = []
    const digests = await digestFile(at('disk'), ['sha256', 'sha512'], { onBytes: (done) => void seen.push(done) })
    expect(digests).toEqual({ sha256: sums('sha256sum', 'disk').split(' ')[0], sha512: sums('sha512sum', 'disk').split(' ')[0] })
    expect(seen.at(-1) ?? 0).toBe(bytes)
  },
)

test.each(['disk.raw', 'a b*c.raw', ' *-x', 'back\\slash.raw', 'line\nend.raw', 'return\r.raw', 'ü\u202e.raw'])(
  'sha256sum --check and sha512sum --check take the sidecars of %j, and tell a changed file',
  async (name) => {
    fs.writeFileSync(at(name), 'content')
    const { sha256 = '', sha512 = '' } = await digestFile(at(name), ['sha512', 'sha256'])
    const paths = sidecarPaths(at(name), { digests: ['sha512', 'sha256'], report: false })
    expect(paths).toEqual([at(`${name}.sha256`), at(`${name}.sha512`)])
    fs.writeFileSync(at(`${name}.sha256`), sidecarText(sha256, name))
    fs.writeFileSync(at(`${name}.sha512`), sidecarText(sha512, name))
    expect(sums('sha256sum', '--check', '--strict', '--status', '--', `${name}.sha256`)).toBe('')
    expect(sums('sha512sum', '--check', '--strict', '--status', '--', `${name}.sha512`)).toBe('')
    fs.writeFileSync(at(name), 'Content')
    expect(() => sums('sha256sum', '--check', '--status', '--', `${name}.sha256`)).toThrow('Command failed')
  },
)

test('holes are counted in as zeros, without being read', async () => {
  const MIB = 1024 * 1024
  fs.writeFileSync(at('sparse'), '')
  fs.truncateSync(at('sparse'), 40 * MIB + 5)
  const handle = fs.openSync(at('sparse'), 'r+')
  fs.writeSync(handle, Buffer.alloc(MIB, 1), 0, MIB, 3 * MIB + 4096)
  fs.writeSync(handle, Buffer.alloc(5, 2), 0, 5, 40 * MIB)
  fs.closeSync(handle)
  const holes = [
    { start: 0, length: 3 * MIB + 4096 },
    { start: 4 * MIB + 4096, length: 36 * MIB - 4096 },
  ]
  const sum = sums('sha256sum', 'sparse').split(' ')[0]
  expect(await digestFile(at('sparse'), ['sha256'], { holes })).toEqual({ sha256: sum })
  expect(await digestFile(at('sparse'), ['sha256'])).toEqual({ sha256: sum })
  expect(await digestFile(at('sparse'), ['sha256'], { holes: [{ start: 0, length: 4 * MIB }] })).not.toEqual({ sha256: sum })
})

test('counting stops when it is cancelled, and a missing file is told', async () => {
  fs.writeFileSync(at('disk'), Buffer.alloc(4 * 1024 * 1024))
  const controller = new AbortController()
  const counting = digestFile(at('disk'), ['sha256'], { signal: controller.signal, onBytes: () => controller.abort() })
  await expect(counting).rejects.toMatchObject({ code: 'cancelled' })
  await expect(digestFile(at('none'), ['sha256'])).rejects.toMatchObject({ code: 'file-not-found' })
})

test('a report stands beside a result under its name, after the digests', () => {
  const paths = sidecarPaths('/out/disk.vhd', { digests: ['sha256'], report: true })
  expect(paths).toEqual(['/out/disk.vhd.sha256', '/out/disk.vhd.report.json', '/out/disk.vhd.report.txt'])
})
