import fs from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { batchPlanSchema } from '#shared/jobs/convert-request'
import { jobSchema, jobOutputSchema } from '#shared/jobs/job'
import { filesIn } from '../core/workbench.js'
import { type CommandLine, openCommandLine } from './command-line.js'

let cli: CommandLine
let folder: string
let sources: string[]
beforeAll(async () => {
  cli = await openCommandLine()
  folder = path.join(cli.folder, 'made here')
  await fs.mkdir(folder)
  sources = [await cli.copy('no-table', 'one.qcow2'), await cli.copy('mbr', 'two.qcow2')]
})
afterAll(() => cli.close())

const FOR = ['--for', 'azure-vhd,virtualbox-vdi', '--platform', 'proxmox']

test('two images for three platforms: planned, made as one group, told in a table', async () => {
  const args = ['convert', ...sources, '--folder', folder, ...FOR, '--digest', 'sha256']
  const plan = await cli.json(batchPlanSchema, [...args, '--dry-run'])
  expect(plan.cells.map(({ source, artifact, problem }) => [source, artifact, problem])).toEqual(
    [0, 1].flatMap((source) => ['azure-vhd', 'virtualbox-vdi', 'proxmox-qcow2'].map((id) => [source, id, null])),
  )
  expect(await filesIn(folder)).toEqual([])

  const { code, out, err } = await cli.run(args)
  expect([code, err]).toEqual([0, ''])
  const names = ['one', 'two'].flatMap((name) => [`${name}-azure.vhd`, `${name}-proxmox.qcow2`, `${name}-virtualbox.vdi`])
  expect(await filesIn(folder)).toEqual(names.flatMap((name) => [name, `${name}.sha256`]))
  for (const name of names) expect(out).toMatch(new RegExp(`^${name.replaceAll('.', '\\.')} +succeeded `, 'm'))
  expect((await cli.shell(`cd '${folder}' && sha256sum --check --quiet *.sha256`)).code).toBe(0)
})

test('what is there already and what cannot be read is said, and the rest is made; exit code 1', async () => {
  await fs.rm(path.join(folder, 'two-azure.vhd'))
  await fs.rm(path.join(folder, 'two-azure.vhd.sha256'))
  const args = ['convert', ...sources, path.join(cli.folder, 'gone.qcow2'), '--folder', folder, '--for', 'azure-vhd']
  const { code, out } = await cli.run(args)
  expect(code).toBe(1)
  expect(out).toMatch(/^one-azure\.vhd +there already/m)
  expect(out).toMatch(/^two-azure\.vhd +succeeded/m)
  expect(out).toMatch(/^gone-azure\.vhd +not possible/m)
  expect(out).toContain('gone-azure.vhd: ')
})

test('one image under a name of its own, for a preset, with an OVA of a chosen machine', async () => {
  const output = path.join(folder, 'machine.ova')
  const machine = ['--hardware-version', '13', '--cpus', '3', '--memory', '768', '--firmware', 'bios']
  const job = await cli.json(jobSchema, ['convert', sources[1] ?? '', '-o', output, '--for', 'vmware-ova', ...machine, '--report'])
  expect(jobOutputSchema.parse(job.output).sidecars).toEqual([`${output}.report.json`, `${output}.report.txt`])
  const { out } = await cli.shell(`tar -xOf "$OVA" machine.ovf`, { OVA: output })
  expect(out).toContain('vmx-13')
  expect(out).toMatch(/>768</)
})

test('what does not go together is refused with words; the presets are listed', async () => {
  const usage = async (...args: string[]) => (await cli.run(['convert', 'a.qcow2', ...args])).err.split('\n')[0]
  expect(await usage('--folder', folder)).toContain('say what for: --for PRESET')
  expect(await usage('-o', 'x.vhd', '--for', 'azure-vdh')).toContain('did you mean azure-vhd?')
  expect(await usage('-o', 'x.vhd', '--for', 'azure-vhd,aws-raw')).toContain('several --for go to --folder')
  expect(await usage('-o', 'x.vhd', '--digest', 'md5')).toContain('--digest is one of sha256, sha512')
  expect(await usage('-o', 'x.ova', '--for', 'vmware-ova', '--cpus', '0')).toContain('--cpus: ')
  const presets = await cli.json(z.array(z.object({ id: z.string() }).loose()), ['artifacts'])
  expect(presets.map(({ id }) => id)).toContain('kubevirt-containerdisk')
  expect((await cli.run(['artifacts'])).out).toContain('VHD fixed')
})
