import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Comparison } from '#shared/images/comparison'
import type { Edit } from '#shared/edits/edit'
import { hashOf, openBench, type TestBench } from './workbench.js'

const MIB = 1024 ** 2
let bench: TestBench
let source: string

beforeAll(async () => {
  bench = await openBench()
  source = await bench.copy('bootable', 'before.qcow2')
})
afterAll(() => bench.close())

async function compare(left: string, right: string, files = true): Promise<Comparison> {
  const job = await bench.succeed({ kind: 'compare-images', input: { left, right, files } })
  if (!job.output?.comparison) throw new Error('a comparison ends with a comparison')
  return job.output.comparison
}

test('an image and its conversion are identical, whatever the format', async () => {
  const other = path.join(bench.folder, 'same.vmdk')
  execFileSync('qemu-img', ['convert', '-f', 'qcow2', '-O', 'vmdk', source, other])
  const [before, after] = [await hashOf(source), await hashOf(other)]
  expect(await compare(source, other)).toMatchObject({ identical: true, differentBytes: 0, rangeCount: 0, files: [], fileCount: 0 })
  expect([await hashOf(source), await hashOf(other)]).toEqual([before, after])
})

test('a saved edit shows as the file it changed, in its partition', async () => {
  const [entry] = (await bench.core.listBootEntries(source)).entries
  const edits: Edit[] = [
    { kind: 'kernel-args', entry: entry?.id ?? '', changes: [{ op: 'append', arg: 'compared' }] },
    { kind: 'write-file', path: '/new file.txt', partition: entry?.partition ?? 1, content: { text: 'new\n' } },
  ]
  const edited = path.join(bench.folder, 'edited.qcow2')
  await bench.succeed({ kind: 'save-image', input: { source, edits, target: { mode: 'new-file', output: edited } } })
  const found = await compare(source, edited)
  expect(found.identical).toBe(false)
  expect(found.rangeCount).toBeGreaterThan(0)
  expect(new Set(found.ranges.map((range) => range.partition))).toEqual(new Set([entry?.partition]))
  expect(found.files.map(({ path: file, change }) => [change, file])).toEqual(
    expect.arrayContaining([
      ['content', entry?.realPath],
      ['added', '/new file.txt'],
    ]),
  )
  const back = await compare(edited, source)
  expect(back.files).toEqual(expect.arrayContaining([expect.objectContaining({ change: 'removed', path: '/new file.txt' })]))
  expect((await compare(source, edited, false)).files).toEqual([])
})

test('one byte is found to its sector; a longer disk of zeros is the same and says so', async () => {
  const [raw, longer] = [path.join(bench.folder, 'a.raw'), path.join(bench.folder, 'b.raw')]
  await fs.writeFile(raw, Buffer.concat([Buffer.alloc(MIB), Buffer.alloc(3 * MIB, 'text ')]))
  await fs.copyFile(raw, longer)
  await fs.truncate(longer, 6 * MIB)
  expect(await compare(raw, longer)).toMatchObject({ identical: true, left: { virtualBytes: 4 * MIB }, right: { virtualBytes: 6 * MIB } })
  const file = await fs.open(longer, 'r+')
  await file.write(Buffer.from('!'), 0, 1, 5 * MIB + 700)
  await file.close()
  expect(await compare(raw, longer)).toMatchObject({ identical: false, ranges: [{ start: 5 * MIB + 512, length: 512, partition: null }] })
})

test('a partition whose file system is another one is told, and not compared file by file', async () => {
  const [one, other] = [path.join(bench.folder, 'ext.raw'), path.join(bench.folder, 'blank.raw')]
  for (const file of [one, other]) {
    await fs.writeFile(file, '')
    await fs.truncate(file, 16 * MIB)
    execFileSync('sfdisk', ['-q', file], {
      input:
        'label: gpt\nlabel-id: 11111111-1111-4111-8111-111111111111\nstart=2048, size=16384, uuid=11111111-1111-4111-8111-111111111112\n',
    })
  }
  execFileSync('mke2fs', ['-q', '-F', '-E', `offset=${MIB}`, one, '8M'])
  const found = await compare(one, other)
  expect(found.notCompared).toEqual([{ partition: 1, reason: 'the file systems are different ones: ext and none' }])
})

test('the map and the sizes in other formats are those of qemu-img', async () => {
  const file = path.join(bench.folder, 'map.qcow2')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file, '64M'])
  execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 7 1M 2M', file])
  const map = await bench.core.diskMap(file)
  expect(map).toMatchObject({ virtualBytes: 64 * MIB, dataBytes: 2 * MIB, cellBytes: (64 * MIB) / 2048 })
  expect(map.cells.findIndex((share) => share > 0)).toBe(2048 / 64)
  const sizes = await bench.core.measureFormats(file)
  const measured = JSON.parse(
    execFileSync('qemu-img', ['measure', '--output=json', '-O', 'qcow2', '-f', 'qcow2', file], { encoding: 'utf8' }),
  )
  expect(sizes.find(({ format, subformat }) => format === 'qcow2' && subformat === 'v3')).toMatchObject({
    bytes: measured.required,
    basis: 'measured',
  })
  expect(sizes.find(({ subformat }) => subformat === 'fixed')?.bytes).toBe(64 * MIB)
})
