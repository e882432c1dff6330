import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BlockNode } from '#shared/images/block-node'
import { resolveDirs } from '../../files/dirs.js'
import { silentLogger } from '../../log/logger.js'
import { createHost } from '../../process/create-host.js'
import type { Host } from '../../process/host.js'
import { sameContent } from './same-content.js'

const GIB = 1024 ** 3

let host: Host
let folder: string
beforeAll(async () => {
  host = await createHost({ dirs: resolveDirs(process.env), env: process.env, log: silentLogger })
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw-same-content-'))
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(folder, name)
const qemuIo = (format: string, file: string, ...commands: string[]) =>
  host.run('sh', ['-c', 'qemu-io "$@" >&2', 'sh', '-f', format, ...commands.flatMap((command) => ['-c', command]), file])

async function rawDisk(name: string, gib: number): Promise<BlockNode> {
  const file = at(name)
  await host.run('qemu-img', ['create', '-q', '-f', 'raw', file, `${gib}G`])
  await qemuIo('raw', file, 'write -P 1 1M 1M', `write -P 2 ${gib / 2}G 192k`, `write -P 3 ${gib * GIB - 65536} 64k`)
  return { driver: 'raw', path: file }
}

async function converted(from: BlockNode, driver: string): Promise<BlockNode> {
  const file = `${from.path}.${driver}`
  await host.run('qemu-img', ['convert', '-f', from.driver, '-O', driver, from.path, file])
  return { driver, path: file }
}

async function compare(left: BlockNode, right: BlockNode, gib: number): Promise<{ same: boolean; commands: string[]; last: number }> {
  const commands: string[] = []
  let last = 0
  const bound = host.bind({ onCommand: ({ line }, phase) => phase === 'started' && commands.push(line) })
  const pair = { left, right, files: [left.path, right.path], virtualBytes: gib * GIB }
  const same = await sameContent({ host: bound, pausePoint: async () => {} }, pair, (fraction) => {
    last = fraction
  })
  return { same, commands: commands.map((line) => line.split(' ').slice(0, 2).join(' ')), last }
}

test('a sparse VMDK of 1 TiB is compared by what it holds', async () => {
  const raw = await rawDisk('tera.raw', 1024)
  const { same, commands, last } = await compare(raw, await converted(raw, 'vmdk'), 1024)
  expect({ same, last }).toEqual({ same: true, last: 1 })
  expect(commands.toSorted()).toEqual(['qemu-img map', 'qemu-img map', 'qemu-storage-daemon --blockdev', 'qemu-storage-daemon --blockdev'])
})

test.each(['vmdk', 'vhdx'])('what a %s lost, changed or has too much is found', async (driver) => {
  const gib = 16
  const raw = await rawDisk(`${driver}.raw`, gib)
  const good = await converted(raw, driver)
  expect(await compare(raw, good, gib)).toMatchObject({ same: true, last: 1 })
  expect(await compare(good, raw, gib)).toMatchObject({ same: true, last: 1 })
  const differs = async (...commands: string[]): Promise<boolean> => {
    const copy = { driver, path: at(`damaged.${driver}`) }
    await host.run('cp', ['--sparse=always', good.path, copy.path])
    await qemuIo(driver, copy.path, ...commands)
    const results = [await compare(raw, copy, gib), await compare(copy, raw, gib)]
    expect(results[0]?.commands).not.toContain('qemu-img compare')
    expect(new Set(results.map(({ same }) => same)).size).toBe(1)
    return results[0]?.same === false
  }
  expect(await differs('write -P 9 1M 512')).toBe(true)
  expect(await differs(`write -P 9 ${gib * GIB - 512} 512`)).toBe(true)
  expect(await differs('write -P 9 3G 512')).toBe(true)
  expect(await differs('write -P 0 8G 192k')).toBe(true)
  // Zeros that are written out are still zeros.
  expect(await differs('write -P 0 3G 1M')).toBe(false)
  const lacking = await rawDisk(`lacking-${driver}.raw`, gib)
  await qemuIo('raw', lacking.path, 'discard 1M 1M')
  expect(await compare(raw, await converted(lacking, driver), gib)).toMatchObject({ same: false })
})

test('a small disk is left to qemu-img', async () => {
  const raw = await rawDisk('small.raw', 1)
  const { same, commands } = await compare(raw, await converted(raw, 'vmdk'), 1)
  expect({ same, commands }).toEqual({ same: true, commands: ['qemu-img compare'] })
})
