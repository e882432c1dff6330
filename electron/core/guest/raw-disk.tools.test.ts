import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BlockNode } from '#shared/images/block-node'
import { resolveDirs } from '../files/dirs.js'
import { silentLogger } from '../log/logger.js'
import { createHost } from '../process/create-host.js'
import type { Host } from '../process/host.js'
import { withRawDisk } from './raw-disk.js'

const KIB = 1024
const MIB = 1024 * KIB

let host: Host
let folder: string
beforeAll(async () => {
  host = await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-raw-disk-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(folder, name)
const qemuImg = (...args: string[]) => host.run('qemu-img', args)
const write = (file: string, ...commands: string[]) =>
  host.run('sh', ['-c', 'qemu-io "$@" >&2', 'sh', ...commands.flatMap((c) => ['-c', c]), file])

test('an overlay over an image is read as one disk, and the map tells what is empty', async () => {
  await qemuImg('create', '-q', '-f', 'qcow2', at('base.qcow2'), '10M')
  await write(at('base.qcow2'), 'write -P 1 1M 64k', 'write -P 2 5M 64k')
  await qemuImg('create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', at('base.qcow2'), at('overlay.qcow2'))
  await write(at('overlay.qcow2'), 'write -P 9 5M 64k', 'write -z 1M 64k')
  const node: BlockNode = {
    driver: 'qcow2',
    path: at('overlay.qcow2'),
    backing: { driver: 'qcow2', path: at('base.qcow2'), backing: null },
  }
  await withRawDisk(host, node, [at('overlay.qcow2'), at('base.qcow2')], async (disk) => {
    expect(disk.virtualBytes).toBe(10 * MIB)
    expect(disk.extents).toEqual([
      { start: 0, length: 5 * MIB, zero: true },
      { start: 5 * MIB, length: 64 * KIB, zero: false },
      { start: 5 * MIB + 64 * KIB, length: 5 * MIB - 64 * KIB, zero: true },
    ])
    expect(await disk.read(5 * MIB, 64 * KIB)).toEqual(Buffer.alloc(64 * KIB, 9))
    expect(await disk.read(MIB, 64 * KIB)).toEqual(Buffer.alloc(64 * KIB))
    await expect(disk.read(10 * MIB - 1, 2)).rejects.toMatchObject({ code: 'image-damaged' })
  })
})

test('an image inside of a file is read in place', async () => {
  await fs.writeFile(at('inner.raw'), Buffer.concat([Buffer.alloc(MIB), Buffer.alloc(MIB, 7)]))
  await qemuImg('convert', '-f', 'raw', '-O', 'vmdk', '-o', 'subformat=streamOptimized', at('inner.raw'), at('inner.vmdk'))
  const vmdk = await fs.readFile(at('inner.vmdk'))
  await fs.writeFile(at('outer.bin'), Buffer.concat([Buffer.alloc(1536, 0xaa), vmdk, Buffer.alloc(1024, 0xbb)]))
  const node: BlockNode = { driver: 'vmdk', path: at('outer.bin'), window: { offset: 1536, size: vmdk.length } }
  await withRawDisk(host, node, [at('outer.bin')], async (disk) => {
    expect(disk.extents).toEqual([
      { start: 0, length: MIB, zero: true },
      { start: MIB, length: MIB, zero: false },
    ])
    expect(await disk.read(MIB, MIB)).toEqual(Buffer.alloc(MIB, 7))
  })
})

test('a damaged image says what is wrong with it', async () => {
  await fs.writeFile(at('broken.qcow2'), Buffer.alloc(64 * KIB, 0x51))
  const work = withRawDisk(host, { driver: 'qcow2', path: at('broken.qcow2'), backing: null }, [at('broken.qcow2')], async () => {})
  await expect(work).rejects.toMatchObject({ code: 'image-damaged' })
})

test('of a VHDX is read what its block table names, behind the first bitmap of sectors too', async () => {
  const GIB = 1024 * MIB
  const [raw, vhdx] = [at('wide.raw'), at('wide.vhdx')]
  await qemuImg('create', '-q', '-f', 'raw', raw, '10G')
  await write(raw, 'write -P 1 3M 1M', `write -P 2 ${5 * GIB} 1M`, `write -P 3 ${9 * GIB} 4k`)
  await qemuImg('convert', '-f', 'raw', '-O', 'vhdx', '-o', 'block_size=1M', raw, vhdx)
  await withRawDisk(host, { driver: 'vhdx', path: vhdx }, [vhdx], async (disk) => {
    expect(disk.extents.filter(({ zero }) => !zero)).toEqual([
      { start: 3 * MIB, length: MIB, zero: false },
      { start: 5 * GIB, length: MIB, zero: false },
      { start: 9 * GIB, length: MIB, zero: false },
    ])
    expect(disk.extents.reduce((sum, { length }) => sum + length, 0)).toBe(10 * GIB)
    expect(await disk.read(5 * GIB, MIB)).toEqual(Buffer.alloc(MIB, 2))
    expect(await disk.read(9 * GIB, 4 * KIB)).toEqual(Buffer.alloc(4 * KIB, 3))
  })
})
