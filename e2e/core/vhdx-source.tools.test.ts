import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import type { Job } from '#shared/jobs/job'
import { withLog } from '../images/vhdx-log.js'
import { failureOf, openBench, type TestBench } from './workbench.js'

const GIB = 1024 ** 3
let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const at = (name: string): string => path.join(bench.folder, name)
const qemuImg = (...args: string[]): string => execFileSync('qemu-img', args, { encoding: 'utf8' })
const compare = (left: string, right: string): string => qemuImg('compare', '-f', 'raw', '-F', 'raw', left, right)
const conversions = ({ commands }: Job): string[] => commands.map(({ line }) => line).filter((line) => line.startsWith('qemu-img convert'))

async function sparseRaw(name: string, bytes: number): Promise<string> {
  const file = await fs.open(at(name), 'w')
  await file.truncate(bytes)
  for (const [place, value] of [0, 1 / 3, 1 / 2, 1].entries()) {
    const start = Math.min(bytes - 65536, Math.floor((bytes * value) / 512) * 512)
    await file.write(Buffer.alloc(65536, place + 1), 0, 65536, start)
  }
  await file.close()
  return at(name)
}

test('a VHDX of 1 TiB converts by what it holds, and nothing of what that took is left', async () => {
  const raw = await sparseRaw('tera.raw', 1024 * GIB)
  const source = at('tera.vhdx')
  qemuImg('convert', '-f', 'raw', '-O', 'vhdx', raw, source)
  const job = await bench.succeed({ kind: 'convert-image', input: { source, output: at('again.raw'), format: 'raw' } })
  expect(compare(raw, at('again.raw'))).toContain('Images are identical')
  expect(conversions(job)).toEqual([expect.stringContaining('empty-parts.qcow2')])
  expect(job.output?.proofs).toContain('Content compared with the source: identical')
  expect(await fs.readdir(path.join(bench.folder, '..', 'runtime', 'staging'))).toEqual([])
  // The plan names a command that does the same by itself.
  const plan = await bench.core.planConvert({ source, output: at('plan.raw'), format: 'raw' })
  expect(plan.commands[0]).toContain('-f vhdx -O raw')
  expect(plan.estimateBytes).toBeLessThan(GIB)
  const sizes = await bench.core.measureFormats(source)
  expect(sizes.find(({ format }) => format === 'qcow2')?.bytes).toBeLessThan(GIB)

  // A repair compares two of them: qemu is told of both.
  const repair = await bench.succeed({ kind: 'repair-image', input: { source, output: at('repaired.vhdx') } })
  expect(repair.output?.proofs).toContain('Content compared with the damaged image: identical')
  const [compared = ''] = repair.commands.map(({ line }) => line).filter((line) => line.startsWith('qemu-img compare'))
  expect(compared.match(/empty-parts\.qcow2/g)).toHaveLength(2)
  expect(await fs.readdir(path.join(bench.folder, '..', 'runtime', 'staging'))).toEqual([])
})

test('edits over a VHDX are converted with it', async () => {
  const source = at('bootable.vhdx')
  qemuImg('convert', '-f', 'qcow2', '-O', 'vhdx', '-o', 'block_size=1M', await bench.copy('bootable'), source)
  const entry = (await bench.core.listBootEntries(source)).entries[0]?.id ?? ''
  const edits: Edit[] = [{ kind: 'kernel-args', entry, changes: [{ op: 'append', arg: 'of.a.vhdx' }] }]
  const output = at('edited.qcow2')
  const job = await bench.succeed({ kind: 'convert-image', input: { source, output, format: 'qcow2', edits } })
  expect(conversions(job)).toEqual([expect.stringContaining('empty-parts.qcow2')])
  const [made] = (await bench.core.listBootEntries(output)).entries
  expect(made?.args).toContain('of.a.vhdx')
})

test('a VHDX with something in its log is left to qemu', async () => {
  const source = at('log.vhdx')
  qemuImg('create', '-q', '-f', 'vhdx', source, '64M')
  execFileSync('qemu-io', ['-f', 'vhdx', '-c', 'write -P 1 0 1M', source])
  await fs.writeFile(source, withLog(await fs.readFile(source), 7))
  const job = await bench.run({ kind: 'convert-image', input: { source, output: at('log.raw'), format: 'raw' } })
  expect(job.state).toBe('failed')
  expect(job.commands.some(({ line }) => line.includes('empty-parts'))).toBe(false)
})

test('a VHDX with sectors of 4096 bytes, which qemu does not read, is refused with words', async () => {
  const source = at('4096.vhdx')
  qemuImg('create', '-q', '-f', 'vhdx', source, '8M')
  const image = await fs.readFile(source)
  // MS-VHDX 2.6.1.2: the item "logical sector size" by its identifier, 16 bytes before its place in the metadata region.
  const region = image.indexOf('metadata', 1024 ** 2, 'latin1')
  const item = image.indexOf(Buffer.from('1dbf41816fa90947ba47f233a8faab5f', 'hex'), region)
  const value = region + image.readUInt32LE(item + 16)
  expect(image.readUInt32LE(value)).toBe(512)
  image.writeUInt32LE(4096, value)
  await fs.writeFile(source, image)
  const { code, data } = await failureOf(bench.core.inspect(source))
  expect([code, data.details['feature']]).toEqual(['image-unsupported', 'A VHDX with sectors of 4096 bytes'])
})
