import { execFileSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lintReportSchema } from '#shared/lint/finding'
import { type CommandLine, openCommandLine } from './command-line.js'

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
  const qemu = (...args: string[]): void => void execFileSync('qemu-img', args, { cwd: cli.folder })
  qemu('create', '-q', '-f', 'vpc', '-o', 'subformat=fixed,force_size=on', 'good.vhd', '8M')
  qemu('create', '-q', '-f', 'vpc', '-o', 'subformat=dynamic,force_size=on', 'dynamic.vhd', '8M')
  qemu('create', '-q', '-f', 'vmdk', '-o', 'subformat=streamOptimized', 'stream.vmdk', '8M')
})
afterAll(() => cli.close())

test('a file that keeps all rules is exit code 0; rules that are kept are shown when asked for', async () => {
  const { code, out } = await cli.run(['lint', 'good.vhd', '--artifact', 'azure-vhd'])
  expect(out).toMatch(/^VHD, fixed, virtual size 8 MiB: 0 errors, 0 warnings, 0 notes, 0 not checked, \d\d rules kept\n$/)
  expect(code).toBe(0)
  expect((await cli.run(['lint', 'good.vhd', '--all'])).out).toContain('ok      The checksum of the footer is right [vhd.checksum]\n')
})

test('a broken rule is exit code 1, in words and as the JSON of the window', async () => {
  const azure = await cli.run(['lint', 'dynamic.vhd', '--platform', 'azure'])
  expect(azure.code).toBe(1)
  expect(azure.out).toContain('error   Microsoft Azure does not take VHD as it is')
  const json = await cli.run(['lint', path.join(cli.folder, 'stream.vmdk'), '--artifact', 'vmware-vmdk', '--json'])
  expect(json.code).toBe(1)
  const report = lintReportSchema.parse(JSON.parse(json.out))
  expect(report.findings[0]).toMatchObject({ check: 'vmdk.end-of-stream', severity: 'error' })
  expect((await cli.run(['lint', 'stream.vmdk'])).code).toBe(0)
})

test('what is no image is told, what is not there or not known is refused', async () => {
  await fs.writeFile(path.join(cli.folder, 'text'), 'no image\n')
  const text = await cli.run(['lint', 'text'])
  expect([text.code, text.out]).toEqual([1, expect.stringContaining('error   It is no disk image')])
  expect(text.out).toContain('1 error, 0 warnings')
  expect((await cli.run(['lint', 'none'])).err).toContain('none')
  const odd = await cli.run(['lint', 'good.vhd', '--artifact', 'azur-vhd'])
  expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('did you mean azure-vhd?')])
})
