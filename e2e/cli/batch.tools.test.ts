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
  const fresh = path.join(cli.folder, 'not made yet')
  expect((await cli.run(['convert', ...sources, '--folder', fresh, ...FOR, '--dry-run'])).code).toBe(0)
  expect(await filesIn(cli.folder)).not.toContain('not made yet')

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
  // Whoever reads reports goes by the published schema: no field is there that it does not name.
  const published = path.resolve(import.meta.dirname, '../../resources/artifact-report.schema.json')
  const schema: unknown = JSON.parse(await fs.readFile(published, 'utf8'))
  expect(await cli.json(z.unknown(), ['report', 'schema'])).toEqual(schema)
  const report: unknown = JSON.parse(await fs.readFile(`${output}.report.json`, 'utf8'))
  expect(z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(report).error).toBeUndefined()
  const { out } = await cli.shell(`tar -xOf "$OVA" machine.ovf`, { OVA: output })
  expect(out).toContain('vmx-13')
  expect(out).toMatch(/>768</)
})

test('a folder that is new is made, one in a folder that is not there is a mistake; an ending that misleads is told', async () => {
  const made = path.join(cli.folder, 'new here')
  const source = sources[0] ?? ''
  const { code } = await cli.run(['convert', source, '--folder', made, '--for', 'virtualbox-vdi', '--no-verify'])
  expect([code, await filesIn(made)]).toEqual([0, ['one-virtualbox.vdi']])
  const lost = await cli.run(['convert', source, '--folder', path.join(cli.folder, 'no', 'such'), '--for', 'virtualbox-vdi'])
  expect(lost.code).not.toBe(0)
  expect(lost.err).toContain(path.join(cli.folder, 'no'))
  const odd = await cli.run(['convert', source, '-o', path.join(made, 'odd.ova'), '--for', 'vmware-vmdk', '--no-verify'])
  expect([odd.code, odd.err]).toEqual([0, expect.stringContaining('ends in .ova, but what is made is VMDK')])
  const lines = await cli.run(['convert', source, '-o', path.join(made, 'two\nlines.ova'), '--for', 'vmware-ova', '--dry-run'])
  expect([lines.code === 0, lines.err]).toEqual([false, expect.stringContaining('a line end or another control character')])
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
