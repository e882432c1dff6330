import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConvertArgs } from '#shared/images/conversion'
import { FORMAT_OPTIONS, type FormatOption, offeredOptions } from '#shared/images/format-options'
import { DISK_FORMATS, FORMATS } from '#shared/images/formats'
import { openBench, type TestBench } from './workbench.js'

const MIB = 1024 ** 2
let bench: TestBench
let source: string

beforeAll(async () => {
  bench = await openBench()
  source = path.join(bench.folder, 'source.raw')
  const file = await fs.open(source, 'w')
  await file.truncate(8 * MIB)
  await file.write(Buffer.from('diskwright '.repeat(20_000)), 0, undefined, 3 * MIB)
  await file.close()
})
afterAll(() => bench.close())

test('the installed qemu-img has the options that need no later version', async () => {
  const installed = await bench.core.formatOptions()
  for (const format of DISK_FORMATS) {
    const wanted = FORMAT_OPTIONS[format].filter((row) => row.since === undefined).map((row) => row.name)
    expect(installed[format], format).toEqual(expect.arrayContaining(wanted))
  }
})

test.each(DISK_FORMATS)('%s: every value that is offered makes an image with the same content', async (format) => {
  const installed = (await bench.core.formatOptions())[format]
  for (const { id } of FORMATS[format].subformats) {
    for (const row of offeredOptions(format, id, installed)) {
      for (const value of offeredValues(row)) {
        const output = path.join(bench.folder, `${format}.${id}`)
        const options = [`${row.name}=${value}`]
        const request = { sourceDriver: 'raw', source, output, format, subformat: id, options, targetCache: 'unsafe' } as const
        execFileSync('qemu-img', buildConvertArgs(request))
        const args = ['compare', '-f', 'raw', '-F', FORMATS[format].driver, source, output]
        expect(spawnSync('qemu-img', args).status, `${format}:${id} ${options.join()}`).toBe(0)
      }
    }
  }
})

test('options that do not go together end the job before anything is written', async () => {
  const output = path.join(bench.folder, 'refused.qcow2')
  const input = { source, output, format: 'qcow2', subformat: 'v2', options: ['extended_l2=on'] } as const
  const job = await bench.run({ kind: 'convert-image', input: { ...input, options: [...input.options] } })
  expect(job.error?.code).toBe('bad-input')
  expect(job.commands.filter((command) => command.line.includes(' convert '))).toEqual([])
  expect((await fs.readdir(bench.folder)).filter((name) => name.includes('refused'))).toEqual([])
})

test('an option that the format does not have is the fault of the request, not of the image', async () => {
  const output = path.join(bench.folder, 'refused.vmdk')
  const job = await bench.run({ kind: 'convert-image', input: { source, output, format: 'vmdk', options: ['colour=red'] } })
  expect(job.error).toMatchObject({ code: 'bad-input', details: { reason: expect.stringContaining('no option colour') } })
  expect((await fs.readdir(bench.folder)).filter((name) => name.includes('refused'))).toEqual([])
})

function offeredValues({ values }: FormatOption): string[] {
  if (values.kind === 'switch') return ['on', 'off']
  if (values.kind === 'choice') return values.choices.map(({ value }) => value)
  if (values.kind === 'text') return [values.example]
  return values.choices.map(String)
}
