import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Host } from '#core/process/host'
import { bootToLogin } from './boot-image'
import { builderHost } from './builder-host'
import { testImage } from './cache'
import { ALL_VARIANTS, convertToAll } from './formats'
import { CANARY, HOSTILE_NAMES, hostileFolder, makeHostile } from './hostile'
import { BOOTABLE_OPTIONS, LOGIN_PROMPT } from './bootable'

let host: Host
let folder: string
beforeAll(async () => {
  host = await builderHost()
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-builders-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function table(
  image: string,
): Promise<{ label: string; partitions: { type: string; start: number; size: number; bootable?: boolean; name?: string }[] }> {
  const raw = path.join(folder, `${createHash('sha256').update(image).digest('hex').slice(0, 8)}.raw`)
  await host.run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', image, raw])
  const { stdout } = await host.run('sfdisk', ['-J', raw])
  await fs.rm(raw)
  return JSON.parse(stdout.toString('utf8')).partitiontable
}

test('the OCK-shaped image has the sectors, names and the wrong ESP type of published ones', async () => {
  const { label, partitions } = await table(await testImage('ock'))
  expect(label).toBe('gpt')
  expect(partitions.map(({ start, size, name }) => [start, size, name])).toEqual([
    [2048, 499_712, 'EFI-SYSTEM'],
    [503_808, 999_424, 'boot'],
    [1_505_280, 29_949_952, 'root'],
  ])
  expect(partitions[0]?.type).toBe('EBD0A0A2-B9E5-4433-87C0-68B6B72699C7')
})

test('the MBR image has a bootable primary and two logical partitions', async () => {
  const { label, partitions } = await table(await testImage('mbr'))
  expect(label).toBe('dos')
  expect(partitions.map(({ type, bootable }) => [type, bootable ?? false])).toEqual([
    ['83', true],
    ['f', false],
    ['c', false],
    ['83', false],
  ])
})

test('a terabyte costs a few megabytes on disk', async () => {
  const image = await testImage('sparse-1tb')
  const { stdout } = await host.run('qemu-img', ['info', '--output=json', '-f', 'qcow2', image])
  expect(JSON.parse(stdout.toString('utf8'))['virtual-size']).toBe(1024 ** 4)
  expect((await fs.stat(image)).size).toBeLessThan(64 * 1024 * 1024)
})

test('parallel callers get the same file, built once', async () => {
  const [first, second] = await Promise.all([testImage('no-table'), testImage('no-table')])
  expect(first).toBe(second)
  const left = (await fs.readdir(path.dirname(first))).filter((name) => name.endsWith('.lock') || name.startsWith('.build-'))
  expect(left.filter((name) => name.includes('no-table'))).toEqual([])
})

test('all formats hold the same disk', { timeout: 600_000 }, async () => {
  const image = await testImage('no-table')
  const formats = path.join(folder, 'formats')
  await convertToAll(host, image, formats)
  for (const { format, file } of ALL_VARIANTS) {
    const driver = format === 'vhd' ? 'vpc' : format
    const args = ['compare', '-f', 'qcow2', '-F', driver, image, path.join(formats, file)]
    expect((await host.run('qemu-img', args)).exitCode, file).toBe(0)
  }
})

test('hostile images are made, and the canary stays in its own file', async () => {
  const where = await hostileFolder(folder)
  for (const name of HOSTILE_NAMES) {
    const image = await makeHostile(host, name, where)
    const content = (await fs.lstat(image)).isFile() ? await fs.readFile(image) : Buffer.alloc(0)
    expect(content.includes(CANARY), name).toBe(false)
  }
  expect((await fs.readFile(where.secret, 'utf8')).startsWith(CANARY)).toBe(true)
})

test('the bootable image boots under UEFI to its login prompt', { timeout: 600_000 }, async () => {
  const image = await testImage('bootable')
  const serial = await bootToLogin(host, { path: image, driver: 'qcow2' })
  expect(serial).toContain(BOOTABLE_OPTIONS)
  expect(serial).toContain(LOGIN_PROMPT)
})
