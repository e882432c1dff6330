import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { leastDisk, layoutOf } from '#shared/images/disk-layout'
import { withReader } from '#core/guest/reader'
import { openGuestFiles } from '#core/guest/guest-files'
import { openSource } from '#core/guest/source'
import { leastPartition } from '#shared/images/resize-rules'
import { buildDisk, type GuestFile, type PartitionPlan } from '../images/build-disk.js'
import { builderHost } from '../images/builder-host.js'
import { filesIn, hashOf, openBench, type TestBench } from './workbench.js'

const MIB = 1024 ** 2

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

function saveAs(source: string, output: string, edits: readonly Edit[]): JobRequestDraft {
  return { kind: 'save-image', input: { source, edits: [...edits], target: { mode: 'new-file', output, replace: false } } }
}

/** What sfdisk says of the table of a qcow2 file. */
async function tableOf(image: string): Promise<{ verify: string; sizes: number[] }> {
  const raw = path.join(bench.folder, `${path.basename(image)}.raw`)
  await bench.host.run('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', image, raw])
  const { stdout, stderr } = await bench.host.run('sfdisk', ['--verify', raw])
  const json = JSON.parse((await bench.host.run('sfdisk', ['-J', raw])).stdout.toString()) as {
    partitiontable: { partitions: { size: number }[] }
  }
  return { verify: `${stdout.toString()}${stderr}`, sizes: json.partitiontable.partitions.map(({ size }) => size) }
}

test('a disk is made larger, and the result smaller again, with a whole GPT at each end', async () => {
  const source = await bench.copy('ock')
  const before = await bench.core.inspect(source)
  const hash = await hashOf(source)
  const larger = path.join(bench.folder, 'larger.qcow2')
  const bytes = before.virtualBytes + 40 * MIB
  const job = await bench.succeed(saveAs(source, larger, [{ kind: 'resize-disk', bytes }]))
  expect(job.output).toMatchObject({ engine: 'uml' })
  const grown = await bench.core.inspect(larger)
  expect({ ...grown, virtualBytes: 0 }).toMatchObject({ partitions: before.partitions, osName: before.osName })
  expect(grown.virtualBytes).toBe(bytes)
  expect(grown.warnings.map(({ code }) => code)).not.toContain('backup-gpt-misplaced')
  const table = await tableOf(larger)
  expect(table.verify).toMatch(/No errors detected/)

  const smaller = path.join(bench.folder, 'smaller.qcow2')
  const least = leastDisk(layoutOf(grown)).bytes
  const cut = await bench.succeed(saveAs(larger, smaller, [{ kind: 'resize-disk', bytes: least }]))
  expect(cut.output).not.toHaveProperty('engine')
  const result = await bench.core.inspect(smaller)
  expect(result.virtualBytes).toBe(least)
  expect(result.partitions).toEqual(before.partitions)
  const after = await tableOf(smaller)
  expect(after.verify).toMatch(/No errors detected/)
  expect(after.verify).not.toMatch(/backup GPT|mismatch/)
  expect(after.sizes).toEqual(table.sizes)
  expect(await hashOf(source)).toBe(hash)
})

test('a disk that does not fit is refused with the partition that is in the way', async () => {
  const source = await bench.copy('mbr')
  const job = await bench.run(saveAs(source, path.join(bench.folder, 'none.qcow2'), [{ kind: 'resize-disk', bytes: 100 * MIB }]))
  expect(job).toMatchObject({ state: 'failed', error: { code: 'resize-refused' } })
  expect(job.error?.details.reason).toMatch(/^Partitions 5, 6 reach further/)
})

const files = (count: number, bytes: number): GuestFile[] =>
  Array.from({ length: count }, (_, index) => ({ path: `/d${index % 7}/f${index}`, content: `${index} `.repeat(bytes).slice(0, bytes) }))
const ext = (mib: number, more: Omit<PartitionPlan, 'type' | 'sizeSectors' | 'fs'>, ...mkfsArgs: string[]): PartitionPlan => ({
  type: '0FC63DAF-8483-4772-8E79-3D69D8477DE4',
  sizeSectors: mib * 2048,
  fs: { kind: 'ext4', mkfsArgs },
  ...more,
})

test('the least sizes that are told are sizes that the tools make, and the files in them stay', { timeout: 600_000 }, async () => {
  const source = path.join(bench.folder, 'several.qcow2')
  const plan = [
    ext(48, { files: files(40, 20_000) }),
    ext(300, { files: files(500, 400) }, '-b', '4096'),
    ext(160, { files: files(1500, 10) }, '-b', '1024', '-N', '4096'),
    ext(128, { files: files(30, 900_000) }, '-O', '^has_journal,^64bit,^flex_bg'),
    ext(64, {}),
    ext(24, { after: `debugfs -w -R 'clri <2>' "$device" >&2` }),
  ]
  const host = await builderHost(process.env)
  await buildDisk(host, { sizeBytes: 768 * MIB, table: 'gpt', partitions: plan }, source)
  const info = await bench.core.inspect(source)
  const edits = info.partitions.slice(0, 5).map((partition): Edit => {
    const least = leastPartition(layoutOf(info), partition)
    if ('reason' in least) throw new Error(least.reason)
    expect(least.bytes).toBeLessThan(partition.sizeBytes)
    return { kind: 'shrink-partition', partition: partition.number, bytes: least.bytes }
  })
  const output = path.join(bench.folder, 'least.qcow2')
  await bench.succeed(saveAs(source, output, edits))
  const after = await bench.core.inspect(output)
  expect(after.partitions.slice(0, 5).map(({ sizeBytes }) => sizeBytes)).toEqual(edits.map((edit) => 'bytes' in edit && edit.bytes))
  const [was, is] = [await contents(source), await contents(output)]
  expect(was.length).toBeGreaterThan(2000)
  expect(is).toEqual(was)

  const grow: Edit[] = [{ kind: 'grow-partition', partition: 6, bytes: 30 * MIB }]
  const before = await filesIn(bench.folder)
  const damaged = await bench.run(saveAs(source, path.join(bench.folder, 'damaged.qcow2'), grow))
  expect(damaged).toMatchObject({ state: 'failed', error: { code: 'resize-refused', details: { partition: 6 } } })
  expect(damaged.error?.details.reason).toMatch(/e2fsck|fsck|-p options|MANUALLY/)
  expect(await filesIn(bench.folder)).toEqual(before)
})

/** Every file of the first five partitions, with its content. */
async function contents(image: string): Promise<string[]> {
  return withReader(bench.host, await openSource(image), async (reader) => {
    const guest = openGuestFiles(bench.host, reader)
    const lines: string[] = []
    for (const partition of [1, 2, 3, 4]) {
      for (const folder of [0, 1, 2, 3, 4, 5, 6]) {
        for (const { name, sizeBytes } of await guest.list(partition, `/d${folder}`))
          lines.push(`${partition}:/d${folder}/${name} ${sizeBytes}`)
        const [first] = await guest.list(partition, `/d${folder}`)
        if (first) lines.push((await guest.read(partition, `/d${folder}/${first.name}`, 2 * MIB)).toString('latin1'))
      }
    }
    return lines
  })
}

test('an image with a backing file grows as a whole image of its own', async () => {
  const base = await bench.copy('ock', 'base.qcow2')
  const overlay = path.join(bench.folder, 'top.qcow2')
  await bench.host.run('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', path.basename(base), overlay])
  const before = await bench.core.inspect(overlay)
  const last = before.partitions.at(-1)?.number ?? 0
  const output = path.join(bench.folder, 'whole.qcow2')
  await bench.succeed(
    saveAs(overlay, output, [
      { kind: 'resize-disk', bytes: before.virtualBytes + 64 * MIB },
      { kind: 'grow-partition', partition: last },
    ]),
  )
  const after = await bench.core.inspect(output)
  expect(after.backingChain).toEqual([])
  expect(after.partitions.at(-1)?.filesystem?.sizeBytes).toBeGreaterThan((before.partitions.at(-1)?.filesystem?.sizeBytes ?? 0) + 60 * MIB)
})
