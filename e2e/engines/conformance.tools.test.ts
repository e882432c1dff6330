import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlockNode } from '#shared/images/block-node'
import type { Engine, EngineRun } from '#core/guest/engine'
import { umlEngine } from '#core/guest/engines/uml'
import type { Host } from '#core/process/host'
import { buildDisk } from '../images/build-disk'
import { builderHost } from '../images/builder-host'
import { BUILD_TIME } from '../images/pack-files'
import { TYPE_CASES, UUID_CASES } from './disk-cases'
import { CONFORMING_ENGINES } from './engines'
import { look } from './look'
import { observe, type Seen } from './observe'
import { CASES, type Case, LABEL, OWNER, P, SECOND_ROUND, SUBJECT } from './subject'
import { TREE_CASES } from './tree-cases'
import { HOST_FILES, writeHostFiles } from './tree-files'
import { diskTests, treePlaces, type TreeResult, treeTests } from './tree-tests'

const FIRST_ROUND = [...CASES, ...TREE_CASES, ...UUID_CASES]

let host: Host
let folder: string
let base: string
let baseHash: string
/** What the files were before, by partition and real path. */
let before: Map<string, Seen>

const hashFile = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await fs.readFile(file))
    .digest('hex')
const placeOf = (one: Case): { partition: number; filesystem: string; path: string } => ({ ...one.operation, path: one.real ?? '' })
const key = (one: Case): string => `${one.operation.partition}:${one.real}`
const visible = (cases: readonly Case[]): Case[] => cases.filter((one) => one.real !== null)

/** The disk was enlarged after it was partitioned. */
const GROWN_BYTES = 64 * 1024 * 1024

async function newOverlay(name: string): Promise<{ node: BlockNode; readFiles: readonly string[] }> {
  const overlay = path.join(folder, `${name}.qcow2`)
  await host.run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, overlay, `${SUBJECT.sizeBytes + GROWN_BYTES}`])
  return { node: { driver: 'qcow2', path: overlay, backing: { driver: 'qcow2', path: base, backing: null } }, readFiles: [base] }
}

beforeAll(async () => {
  host = await builderHost({
    ...process.env,
    DISKWRIGHT_CACHE_DIR: process.env.DISKWRIGHT_CACHE_DIR ?? path.join(os.tmpdir(), `diskwright-test-cache-${process.getuid?.() ?? 0}`),
  })
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-engines-'))
  base = path.join(folder, 'subject with, odd name.qcow2')
  await buildDisk(host, SUBJECT, base)
  baseHash = await hashFile(base)
  await writeHostFiles()
  // The dirty file system is left alone: looking at it would replay its journal.
  const cases = visible(CASES).filter((one) => one.operation.partition !== P.dirty)
  const seen = await observe(host, await newOverlay('before'), cases.map(placeOf), folder)
  before = new Map(cases.flatMap((one, index) => (seen[index] ? [[key(one), seen[index]]] : [])))
}, 180_000)
afterAll(async () => {
  await Promise.all([folder, HOST_FILES.folder].map((one) => fs.rm(one, { recursive: true, force: true })))
})

describe.each(CONFORMING_ENGINES)('engine $id', (engine: Engine) => {
  let run: EngineRun
  let second: EngineRun
  let after: Map<string, Seen>
  let afterSecond: Seen[]
  let tree: TreeResult

  beforeAll(async () => {
    const disk = await newOverlay(engine.id)
    const workDir = path.join(folder, `work ${engine.id}`)
    await fs.mkdir(workDir)
    run = await engine.run(host, { disk, operations: FIRST_ROUND.map((one) => one.operation), workDir })
    const cases = visible(CASES)
    const seen = await observe(host, disk, cases.map(placeOf), folder)
    after = new Map(cases.flatMap((one, index) => (seen[index] ? [[key(one), seen[index]]] : [])))
    const looks = await look(host, disk, treePlaces(TREE_CASES), folder)
    const operations = [...SECOND_ROUND, ...TYPE_CASES].map((one) => one.operation)
    second = await engine.run(host, { disk, operations, workDir })
    const { disk: afterTypes } = await look(host, disk, [], folder)
    tree = { outcomes: run.outcomes.slice(CASES.length), secondOutcomes: second.outcomes.slice(SECOND_ROUND.length), looks, afterTypes }
    afterSecond = await observe(host, disk, SECOND_ROUND.map(placeOf), folder)
    expect(await fs.readdir(workDir)).toEqual([])
    await host.run('qemu-img', ['check', '-q', '-f', 'qcow2', disk.node.path])
  }, 300_000)

  test('is usable here and says why', async () => {
    const probe = await engine.probe(host)
    expect(probe.usable).toBe(true)
    expect(probe.reason).toMatch(/\w.*\.$/)
  })

  test.each(CASES.map((one, index) => ({ ...one, index })))('$name', (one) => {
    const outcome = run.outcomes[one.index]
    expect(outcome?.ok === false ? outcome.error.code : null, JSON.stringify(outcome)).toBe(one.error)
  })

  test.each(visible(CASES))('content afterwards: $name', (one) => {
    expect(after.get(key(one))?.content.toString('utf8')).toBe(one.after)
  })

  test.each(visible(CASES).filter((one) => wasSeenBefore(one)))('inode, mode, owner and label stay: $name', (one) => {
    const [was, is] = [before.get(key(one)), after.get(key(one))]
    const unix = one.operation.filesystem !== 'vfat'
    expect({ inode: unix ? is?.inode : 0, mode: is?.mode, uid: is?.uid, gid: is?.gid, selinux: is?.selinux }).toEqual({
      inode: unix ? was?.inode : 0,
      mode: unix ? OWNER.mode : was?.mode,
      uid: unix ? OWNER.uid : was?.uid,
      gid: unix ? OWNER.gid : was?.gid,
      selinux: unix ? LABEL : '',
    })
  })

  test.each(visible(CASES))('modification time: $name', (one) => {
    const mtime = after.get(key(one))?.mtime ?? 0
    const kept = one.error !== null || one.operation.mtime === 'keep'
    expect(kept ? mtime === BUILD_TIME : mtime > BUILD_TIME + 1000, `mtime ${mtime}`).toBe(true)
  })

  test('tells of the journal that was replayed, and of no other', () => {
    expect(run.notes.map((note) => /^Partition (\d+):/.exec(note)?.[1])).toEqual([`${P.dirty}`, `${P.dirtyUuid}`])
  })

  test('a full file system takes an edit that needs no new block', () => {
    expect(second.outcomes.slice(0, SECOND_ROUND.length).every((outcome) => outcome.ok)).toBe(true)
    expect(afterSecond.map((seen) => seen.content.toString('utf8'))).toEqual(SECOND_ROUND.map((one) => one.after))
  })

  treeTests(() => tree)
  diskTests(() => tree)

  test('the image below the overlay was not touched', async () => {
    expect(await hashFile(base)).toBe(baseHash)
  })
})

/** Known when tests are collected: everything but the dirty file system was looked at before. */
function wasSeenBefore(one: Case): boolean {
  return one.operation.partition !== P.dirty
}

test('a disk that another process writes to is refused', async () => {
  const disk = await newOverlay('in-use')
  const server = [
    '--nbd-server',
    `addr.type=unix,addr.path=${path.join(folder, 'nbd')}`,
    '--export',
    'type=nbd,id=out,node-name=disk,writable=on',
  ]
  const nodes = [
    '--blockdev',
    `driver=file,filename=${disk.node.path},node-name=file`,
    '--blockdev',
    'driver=qcow2,file=file,backing=,node-name=disk',
  ]
  const monitor = ['--chardev', 'stdio,id=monitor', '--monitor', 'monitor']
  const holder = await host.start('qemu-storage-daemon', [...nodes, ...server, ...monitor])
  try {
    await new Promise((resolve) => holder.stdout.once('data', resolve))
    const operations = CASES.slice(0, 1).map((one) => one.operation)
    await expect(umlEngine.run(host, { disk, operations, workDir: folder })).rejects.toMatchObject({ code: 'engine-failed' })
  } finally {
    await holder.stop(500)
  }
})
