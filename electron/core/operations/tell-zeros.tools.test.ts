import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockNode, jsonName } from '#shared/images/block-node'
import { silentLogger } from '../log/logger.js'
import { createHost } from '../process/create-host.js'
import type { Host } from '../process/host.js'
import { readBlockTable } from '../guest/vhdx-blocks.js'
import { type ReadDisk, tellZeros } from './tell-zeros.js'

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

let host: Host
let folder: string
beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'dw tell-zeros-'))
  const dirs = { config: `${folder}/config`, state: `${folder}/state`, cache: `${folder}/cache`, runtime: `${folder}/runtime` }
  host = await createHost({ dirs, env: process.env, log: silentLogger })
})
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

const at = (name: string): string => path.join(folder, name)
const qemuIo = (file: string, ...commands: string[]) =>
  host.run('sh', ['-c', 'qemu-io "$@" >&2', 'sh', '-f', 'vhdx', ...commands.flatMap((command) => ['-c', command]), file])

async function vhdx(name: string, size: string, blockSize: string, ...commands: string[]): Promise<BlockNode> {
  const file = at(name)
  await host.run('qemu-img', ['create', '-q', '-f', 'vhdx', '-o', `block_size=${blockSize}`, file, size])
  if (commands.length > 0) await qemuIo(file, ...commands)
  return { driver: 'vhdx', path: file }
}

let jobs = 0

/** What `work` makes of a disk that qemu was told about; what was told is gone afterwards. */
async function whileTold<T>(node: BlockNode, files: readonly string[], work: (told: ReadDisk) => Promise<T>): Promise<T> {
  const cleanups: (() => Promise<void> | void)[] = []
  jobs += 1
  const ctx = {
    jobId: `job${jobs}`,
    host,
    claim: () => () => {},
    defer: (cleanup: () => Promise<void> | void) => void cleanups.push(cleanup),
    log: () => {},
  }
  try {
    return await work(await tellZeros(ctx, { node, files }))
  } finally {
    for (const cleanup of cleanups) await cleanup()
    expect(await fs.readdir(at('runtime/staging')).catch(() => [])).toEqual([])
  }
}

/** Byte by byte: what is told to be zeros is read from the VHDX, whose driver knows nothing of it. */
async function readsAs(left: BlockNode, right: BlockNode): Promise<boolean> {
  const { exitCode } = await host.run('qemu-img', ['compare', '-q', jsonName(left), jsonName(right)], { okExitCodes: [0, 1] })
  return exitCode === 0
}

async function zeroBytes({ node }: ReadDisk): Promise<number> {
  const { stdout } = await host.run('qemu-img', ['map', '--output=json', jsonName(node)])
  const extents = JSON.parse(stdout.toString('utf8')) as { length: number; zero: boolean }[]
  return extents.filter(({ zero }) => zero).reduce((sum, { length }) => sum + length, 0)
}

test.each([
  { size: `${9 * MIB + 512}`, block: '1M', writes: ['write -P 1 0 64k', `write -P 2 ${9 * MIB} 512`], zeros: 6 * MIB },
  { size: '100M', block: '2M', writes: ['write -P 3 7M 3M', 'write -P 4 99M 1M'], zeros: (100 - 6) * MIB },
  { size: '1000M', block: '8M', writes: ['write -P 5 15M 2M', 'write -P 6 999M 1M'], zeros: (1000 - 24) * MIB },
  { size: '16G', block: '32M', writes: ['write -P 7 5G 64k', 'write -P 8 8G 192k'], zeros: 16 * GIB - 64 * MIB },
  { size: '3G', block: '256M', writes: ['write -P 9 0 1M', 'write -P 10 3071M 1M'], zeros: 3 * GIB - 512 * MIB },
])(
  'a disk of $size with blocks of $block reads as qemu reads it alone, and its zeros are known',
  async ({ size, block, writes, zeros }) => {
    const node = await vhdx(`${block}.vhdx`, size, block, ...writes)
    await whileTold(node, [node.path], async (told) => {
      expect(told.files).toHaveLength(2)
      expect(await readsAs(told.node, node)).toBe(true)
      expect(await zeroBytes(told)).toBe(zeros)
    })
  },
)

test('an overlay with edits over a VHDX is read as before', async () => {
  const base = await vhdx('base.vhdx', '64M', '1M', 'write -P 1 0 3M', 'write -P 2 40M 1M')
  const overlay = at('edits.qcow2')
  await host.run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'vhdx', '-b', base.path, overlay, '96M'])
  await host.run('sh', ['-c', 'qemu-io -f qcow2 -c "write -P 7 10M 1M" -c "write -P 8 90M 1M" "$1" >&2', 'sh', overlay])
  const node: BlockNode = { driver: 'qcow2', path: overlay, backing: base }
  await whileTold(node, [overlay, base.path], async (told) => {
    expect(told.node).toMatchObject({ path: overlay, backing: { driver: 'qcow2', backing: base } })
    expect(await readsAs(told.node, node)).toBe(true)
    expect(await zeroBytes(told)).toBeGreaterThan(80 * MIB)
  })
})

/** Sets the states of the first blocks, with the places where they lie left alone: MS-VHDX 2.5.1. */
async function setStates({ path: file }: BlockNode, states: readonly number[], place?: bigint): Promise<void> {
  const image = await fs.readFile(file)
  const row = [0x30010, 0x30030].find((entry) => image.toString('hex', entry, entry + 4) === '6677c22d') ?? 0
  const table = Number(image.readBigUInt64LE(row + 16))
  for (const [index, state] of states.entries()) {
    const entry = table + index * 8
    image.writeBigUInt64LE((place ?? image.readBigUInt64LE(entry) & ~7n) | BigInt(state), entry)
  }
  await fs.writeFile(file, image)
}

test('blocks that are undefined, zero or unmapped are zeros, whatever lies where they were', async () => {
  const node = await vhdx('states.vhdx', '16M', '2M', 'write -P 1 0 16M')
  await setStates(node, [0, 1, 2, 3, 5, 6, 6, 6])
  await whileTold(node, [node.path], async (told) => {
    expect(await readsAs(told.node, node)).toBe(true)
    // What qemu alone knows of is left to it.
    expect(await zeroBytes(told)).toBe(8 * MIB)
  })
})

test.each([
  { what: 'a block that is there in part', states: [0, 7], place: undefined },
  { what: 'a state that does not exist', states: [0, 4], place: undefined },
  { what: 'a block behind the end of the file', states: [0, 6], place: 2n ** 40n },
  { what: 'a block in the header', states: [0, 6], place: 0n },
])('$what is what qemu makes of it', async ({ states, place }) => {
  const node = await vhdx('hostile.vhdx', '8M', '2M', 'write -P 1 0 8M')
  await setStates(node, states, place)
  const outcome = (disk: BlockNode): Promise<string> =>
    host.run('qemu-img', ['convert', '-O', 'raw', jsonName(disk), at('hostile.raw')]).then(
      () => 'read',
      () => 'refused',
    )
  await whileTold(node, [node.path], async (told) => {
    expect(told.files).toHaveLength(2)
    const alone = await outcome(node)
    expect(await outcome(told.node)).toBe(alone)
    if (alone === 'read') expect(await readsAs(told.node, node)).toBe(true)
  })
})

test('nothing is told of a VHDX that is full, of a damaged one, and of other formats', async () => {
  const full = await vhdx('full.vhdx', '8M', '1M', 'write -P 1 0 8M')
  const cut = await vhdx('cut.vhdx', '8M', '1M')
  await fs.truncate(cut.path, 2 * MIB)
  for (const node of [full, cut, { driver: 'raw', path: full.path }]) {
    await whileTold(node, [node.path], async (told) => expect(told).toEqual({ node, files: [node.path] }))
  }
})

test('a VHDX inside of a file is told of as well', async () => {
  const inner = await vhdx('inner.vhdx', '16M', '1M', 'write -P 1 3M 1M')
  const bytes = await fs.readFile(inner.path)
  await fs.writeFile(at('outer.bin'), Buffer.concat([Buffer.alloc(1536, 0xaa), bytes, Buffer.alloc(1024, 0xbb)]))
  const node: BlockNode = { driver: 'vhdx', path: at('outer.bin'), window: { offset: 1536, size: bytes.length } }
  expect(await readBlockTable(node)).toEqual(await readBlockTable(inner))
  await whileTold(node, [node.path], async (told) => expect(await readsAs(told.node, inner)).toBe(true))
})
