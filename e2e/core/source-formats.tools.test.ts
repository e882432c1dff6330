import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { imageFormat, SOURCE_FORMATS, type SourceFormat } from '#shared/images/formats'
import { buildBochs, buildCloop, buildDmg } from '../images/source-formats.js'
import { hashOf, openBench, type TestBench } from './workbench.js'

let bench: TestBench
let raw: string
const qemuImg = (...args: string[]): void => void execFileSync('qemu-img', args)

beforeAll(async () => {
  bench = await openBench()
  raw = path.join(bench.folder, 'disk.raw')
  qemuImg('convert', '-f', 'qcow2', '-O', 'raw', await bench.copy('bootable'), raw)
  const { size } = await fs.stat(raw)
  await fs.truncate(raw, Math.ceil(size / 65_536) * 65_536)
})
afterAll(() => bench.close())

/** qemu-img writes the first three; nothing here writes the others. */
const MAKERS: Readonly<Record<SourceFormat, (output: string) => void>> = {
  qcow: (output) => qemuImg('convert', '-f', 'raw', '-O', 'qcow', raw, output),
  qed: (output) => qemuImg('convert', '-f', 'raw', '-O', 'qed', raw, output),
  parallels: (output) => qemuImg('convert', '-f', 'raw', '-O', 'parallels', raw, output),
  dmg: (output) => buildDmg(raw, output),
  cloop: (output) => buildCloop(raw, output),
  bochs: (output) => buildBochs(raw, output),
}

test.each(SOURCE_FORMATS)('%s: opened, its boot entries read, converted with the same content, never written', async (format) => {
  const source = path.join(bench.folder, `source.${format}`)
  MAKERS[format](source)
  const before = await hashOf(source)
  const info = await bench.core.inspect(source)
  expect(info).toMatchObject({ format, table: 'gpt', firmware: 'uefi' })
  // Parallels counts whole blocks.
  expect(info.virtualBytes).toBeGreaterThanOrEqual((await fs.stat(raw)).size)
  expect((await bench.core.listBootEntries(source)).entries.length).toBeGreaterThan(0)

  const output = path.join(bench.folder, `from-${format}.qcow2`)
  const job = await bench.succeed({ kind: 'convert-image', input: { source, output, format: 'qcow2' } })
  expect(job.output?.proofs.join(' ')).toContain('identical')
  expect(spawnSync('qemu-img', ['compare', '-f', 'raw', '-F', 'qcow2', raw, output]).status).toBe(0)
  expect(await hashOf(source)).toBe(before)
})

test('edits of such an image are saved as qcow2, and never in place', async () => {
  const source = path.join(bench.folder, 'edited.qed')
  MAKERS.qed(source)
  const [entry] = (await bench.core.listBootEntries(source)).entries
  const edits = [{ kind: 'kernel-args', entry: entry?.id ?? '', changes: [{ op: 'append', arg: 'from-qed' }] }] as const
  const edit = { ...edits[0], changes: [...edits[0].changes] }
  const output = path.join(bench.folder, 'edited.qcow2')
  await bench.succeed({ kind: 'save-image', input: { source, edits: [edit], target: { mode: 'new-file', output } } })
  expect(await bench.core.inspect(output)).toMatchObject({ format: 'qcow2' })
  expect(JSON.stringify(await bench.core.listBootEntries(output))).toContain('from-qed')
  const inPlace = await bench.run({ kind: 'save-image', input: { source, edits: [edit], target: { mode: 'in-place' } } })
  expect(inPlace.error?.code).toBe('format-not-writable')
})

test('a backing file in another folder is refused, one beside it is shown', async () => {
  const base = path.join(bench.folder, 'base.raw')
  await fs.copyFile(raw, base)
  const good = path.join(bench.folder, 'overlay.qed')
  execFileSync('qemu-img', ['create', '-q', '-f', 'qed', '-F', 'raw', '-b', 'base.raw', good], { cwd: bench.folder })
  expect((await bench.core.inspect(good)).backingChain).toEqual([{ path: base, format: 'raw' }])
  const bad = path.join(bench.folder, 'bad.qcow')
  execFileSync('qemu-img', ['create', '-q', '-u', '-f', 'qcow', '-F', 'raw', '-b', '/etc/passwd', bad, '1M'])
  await expect(bench.core.inspect(bad)).rejects.toMatchObject({ code: 'reference-refused' })
})

test('headers that were cut or changed end in words, never in a crash', async () => {
  for (const format of SOURCE_FORMATS) {
    const { label } = imageFormat(format)
    const whole = await fs.readFile(path.join(bench.folder, `source.${format}`))
    // Of an Apple image the end is what matters.
    const cut = format === 'dmg' ? whole.subarray(-520) : whole.subarray(0, 40)
    const file = path.join(bench.folder, `cut.${format}`)
    await fs.writeFile(file, cut)
    await expect(bench.core.inspect(file), label).rejects.toMatchObject({ code: expect.stringMatching(/^image-/) })
  }
})
