import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlockNode } from '#shared/images/block-node'
import type { Engine, EngineRun } from '#core/guest/engine'
import type { Host } from '#core/process/host'
import { buildDisk, type DiskPlan } from '../images/build-disk'
import { builderHost } from '../images/builder-host'
import { MBR_CASES } from './disk-cases'
import { CONFORMING_ENGINES } from './engines'
import { type DiskLook, look } from './look'
import { MBR_RESIZE_CASES } from './resize-cases'
import { outcomeTests, typeOf } from './tree-tests'

const PLAN: DiskPlan = {
  sizeBytes: 64 * 1024 * 1024,
  table: 'mbr',
  partitions: [
    { type: '6', sizeSectors: 32 * 2048, bootable: true, fs: { kind: 'vfat', label: 'SIXTEEN', mkfsArgs: ['-F', '16'] } },
    { type: '83', sizeSectors: 8 * 2048, fs: { kind: 'ext4' } },
  ],
  format: 'raw',
}

const CASES = [...MBR_CASES, ...MBR_RESIZE_CASES]

let host: Host
let folder: string
let base: string

beforeAll(async () => {
  host = await builderHost({
    ...process.env,
    DISKWRIGHT_CACHE_DIR: process.env.DISKWRIGHT_CACHE_DIR ?? path.join(os.tmpdir(), `diskwright-test-cache-${process.getuid?.() ?? 0}`),
  })
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-mbr-'))
  base = path.join(folder, 'mbr.raw')
  await buildDisk(host, PLAN, base)
}, 120_000)
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

describe.each(CONFORMING_ENGINES)('engine $id on a disk with an MBR', (engine: Engine) => {
  let run: EngineRun
  let before: DiskLook
  let after: DiskLook

  beforeAll(async () => {
    const own = path.join(folder, `${engine.id}.raw`)
    await fs.copyFile(base, own)
    const node: BlockNode = { driver: 'raw', path: own }
    before = (await look(host, { node, readFiles: [] }, [], folder)).disk
    run = await engine.run(host, { disk: { node, readFiles: [] }, operations: CASES.map((one) => one.operation), workDir: folder })
    after = (await look(host, { node, readFiles: [] }, [], folder)).disk
  }, 180_000)

  outcomeTests(CASES, () => run.outcomes)

  test('one partition has another type and size, and nothing else of the table', () => {
    expect(typeOf(before.table, 2)).toBe('83')
    expect(typeOf(after.table, 2)).toBe('c')
    const without = (table: string): string[] => table.split('\n').filter((line) => !line.startsWith('/dev/ubda2 '))
    expect(without(after.table)).toEqual(without(before.table))
  })

  test('a partition and its file system have grown', () => {
    expect(after.table).toMatch(/^\/dev\/ubda2 : start= *67584, size= *40960,/m)
    expect(before.table).toMatch(/^\/dev\/ubda2 : start= *67584, size= *16384,/m)
  })

  test('the serial number of FAT16 was changed', () => {
    expect(before.uuids.get(1)).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}$/)
    expect(after.uuids.get(1)).toBe('CAFE-0001')
  })
})
