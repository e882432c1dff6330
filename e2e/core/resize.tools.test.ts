import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { JobRequestDraft } from '#shared/jobs/job-requests'
import { leastDisk, layoutOf } from '#shared/images/disk-layout'
import { hashOf, openBench, type TestBench } from './workbench.js'

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
