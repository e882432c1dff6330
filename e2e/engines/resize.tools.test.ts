import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlockNode } from '#shared/images/block-node'
import type { Engine, EngineRun } from '#core/guest/engine'
import type { Host } from '#core/process/host'
import { runUml } from '#core/tools/uml/run-uml'
import { buildDisk } from '../images/build-disk'
import { builderHost } from '../images/builder-host'
import { CONFORMING_ENGINES } from './engines'
import { GROWN_MIB, MIB, R, RESIZE_CASES, RESIZED } from './resize-cases'

let host: Host
let folder: string
let base: string
let before: Sight

/** Every file with owner, mode and hash, the sizes that file systems have, and what their own checks say. */
const STEPS = `
root=/m/tmp/mnt
mkdir "$root"
for number in 1 2 3 4 5 9; do
  device=/dev/ubda$number
  type=$(blkid -p -s TYPE -o value "$device")
  case $type in
    ext4) check="e2fsck -fn $device" ;;
    xfs) check="xfs_repair -n $device" ;;
    *) check="btrfs check $device" ;;
  esac
  $check >/m/tmp/check 2>&1 || { echo "failed check of $number" >&3; busybox cat /m/tmp/check >&2; }
  busybox mount -t "$type" -o ro "$device" "$root"
  echo "$number $(stat -f -c '%b %S' "$root")" >>/m/work/space
  (cd "$root" && find . -type f -exec stat -c '%n %a %u %g' {} + -exec sha256sum {} + | sort) >"/m/work/tree-$number"
  busybox umount "$root"
done
sfdisk -d /dev/ubda >/m/work/table 2>/dev/null
sfdisk --verify /dev/ubda >/m/work/verify 2>&1
blkid -p -o export /dev/ubda6 >/m/work/swap
`

interface Sight {
  readonly trees: readonly string[]
  /** Bytes of each file system as the kernel sees it, by partition. */
  readonly space: ReadonlyMap<number, number>
  readonly table: string
  readonly verify: string
  readonly swap: string
}

async function see(node: BlockNode): Promise<Sight> {
  const work = await fs.mkdtemp(path.join(folder, 'see-'))
  const run = await runUml(host, { node, readFiles: [base], folder: work, steps: STEPS })
  const failed = run.records.filter((record) => record.startsWith('failed '))
  if (failed.length > 0) throw new Error(`${failed.join(', ')}\n${run.console}`)
  const text = (name: string): Promise<string> => fs.readFile(path.join(work, name), 'utf8')
  const rows = (await text('space')).trim().split('\n')
  return {
    trees: await Promise.all([1, 2, 3, 4, 5, 9].map((number) => text(`tree-${number}`))),
    space: new Map(rows.map((row) => row.split(' ').map(Number)).map(([number = 0, blocks = 0, unit = 0]) => [number, blocks * unit])),
    table: await text('table'),
    verify: await text('verify'),
    swap: await text('swap'),
  }
}

async function newOverlay(name: string): Promise<BlockNode> {
  const overlay = path.join(folder, `${name}.qcow2`)
  await host.run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, overlay, `${GROWN_MIB * MIB}`])
  return { driver: 'qcow2', path: overlay, backing: { driver: 'qcow2', path: base, backing: null } }
}

beforeAll(async () => {
  host = await builderHost({
    ...process.env,
    DISKWRIGHT_CACHE_DIR: process.env.DISKWRIGHT_CACHE_DIR ?? path.join(os.tmpdir(), `diskwright-test-cache-${process.getuid?.() ?? 0}`),
  })
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'diskwright-resize-'))
  base = path.join(folder, 'base.qcow2')
  await buildDisk(host, RESIZED, base)
  before = await see(await newOverlay('before'))
}, 180_000)
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

/** Lines of `sfdisk -d` without sizes. */
const withoutSizes = (table: string): string => table.replaceAll(/size= *\d+/g, 'size').replaceAll(/last-lba: \d+/g, '')
const sizeOf = (table: string, partition: number): number =>
  Number(new RegExp(`^/dev/ubda${partition} :.*size= *(\\d+)`, 'm').exec(table)?.[1]) / 2048

describe.each(CONFORMING_ENGINES)('engine $id resizes', (engine: Engine) => {
  let run: EngineRun
  let after: Sight

  beforeAll(async () => {
    const node = await newOverlay(engine.id)
    const workDir = path.join(folder, `work ${engine.id}`)
    await fs.mkdir(workDir)
    run = await engine.run(host, { disk: { node, readFiles: [base] }, operations: RESIZE_CASES.map((one) => one.operation), workDir })
    after = await see(node)
    expect(await fs.readdir(workDir)).toEqual([])
  }, 300_000)

  test.each(RESIZE_CASES.map((one, index) => ({ ...one, index })))('$name', ({ index, error }) => {
    const outcome = run.outcomes[index]
    expect(outcome?.ok === false ? outcome.error.code : null, JSON.stringify(outcome)).toBe(error)
  })

  test('every file is what it was, with its owner and mode', () => {
    expect(after.trees).toEqual(before.trees)
    expect(before.trees.every((tree) => tree.split('\n').length > 120)).toBe(true)
  })

  test.each(Object.entries(R))('the partition %s has its new size, and no more than that was changed', (_name, row) => {
    expect(sizeOf(after.table, row.number)).toBe(row.grown ?? row.size)
  })

  test('the table is whole, with the names, types and UUIDs that it had', () => {
    expect(after.verify).toMatch(/No errors detected/)
    expect(after.verify).not.toMatch(/backup GPT|mismatch/)
    expect(withoutSizes(after.table)).toBe(withoutSizes(before.table))
  })

  test.each([R.ext, R.xfs, R.btrfs, R.last])('the file system of $number has grown with its partition', ({ number, grown, size }) => {
    const bytes = after.space.get(number) ?? 0
    expect(bytes).toBeGreaterThan((before.space.get(number) ?? 0) + ((grown - size) * MIB) / 2)
    expect(bytes).toBeLessThanOrEqual(grown * MIB)
  })

  test.each([R.shrunkExt, R.shrunkBtrfs])('the file system of $number fits into its partition', ({ number, grown }) => {
    expect(after.space.get(number)).toBeLessThanOrEqual(grown * MIB)
  })

  test('swap space keeps its label and UUID', () => {
    expect(after.swap).toContain('LABEL=pages')
    expect(after.swap).toContain('UUID=5ea5ea5e-0000-4000-8000-00000000cafe')
  })
})
