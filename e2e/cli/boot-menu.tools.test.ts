import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bootReportSchema } from '#shared/boot/boot-entry'
import { RHEL8_MACHINE_ID } from '../images/rhel8-shaped.js'
import { type CommandLine, openCommandLine } from './command-line.js'

let cli: CommandLine
beforeAll(async () => {
  cli = await openCommandLine()
})
afterAll(() => cli.close())

test('boot list --sources: every file, and where each argument comes from', async () => {
  const image = await cli.copy('rhel8')
  const { out } = await cli.run(['boot', 'list', '--sources', image])
  expect(out).toContain('default: saved_entry')
  expect(out).toMatch(/kernelopts of 3:\/grub2\/grubenv \(shared\): root=UUID=/)
  expect(out).toContain('File 4:/etc/default/grub: grub-default')
  expect(out).toContain('Note: 3 entries take arguments from kernelopts')
  await cli.json(bootReportSchema, ['boot', 'list', image])
})

test('a dry run of each command of the menu shows its change and writes nothing', async () => {
  const image = await cli.copy('systemd-boot')
  const dry = async (...args: string[]) => {
    const [name = '', ...rest] = args
    const { code, out, err } = await cli.run(['boot', name, image, ...rest, '--dry-run'])
    expect([code, err]).toEqual([0, ''])
    return out
  }
  expect(await dry('default', 'arch-fallback')).toContain('+ default  arch-fallback.conf')
  expect(await dry('timeout', 'forever')).toContain('+ timeout  menu-force')
  expect(await dry('title', 'default', 'Build 7')).toContain('+ title   Build 7')
  expect(await dry('duplicate', 'default', 'copy', 'A copy')).toContain('/loader/entries/copy.conf (created)')
  expect(await dry('add', 'rescue', 'Rescue', '--arg', 'single', '--arg', 'ro')).toMatch(/\+ options\n\+ {5}single\n\+ {5}ro/)
  expect(await dry('remove', 'arch-fallback')).toContain('/loader/entries/arch-fallback.conf (removed')
  expect(await dry('disable', 'default')).toContain('/loader/entries/arch.conf -> /loader/entries/arch.conf.disabled (renamed)')
  expect(await dry('move', 'arch-testing+3-1', '--before', 'arch-fallback')).toMatch(/\+ sort-key arch$/m)
  const refused = await cli.run(['boot', 'title', image, 'arch-linux-lts.efi', 'x', '--dry-run'])
  expect(refused.code).not.toBe(0)
  expect(refused.err).toContain('unified kernel image')
})

test('boot set --all --keep and boot default, saved', async () => {
  const image = await cli.copy('rhel8', 'saved.qcow2')
  const output = path.join(cli.folder, 'out.qcow2')
  const set = await cli.run([
    'boot',
    'set',
    image,
    '--all',
    '--replace',
    'crashkernel=auto=no',
    '--append',
    'debug',
    '--keep',
    '-o',
    output,
  ])
  expect([set.code, set.out]).toEqual([0, expect.stringContaining('/etc/default/grub')])
  const chosen = await cli.run(['boot', 'default', output, `${RHEL8_MACHINE_ID}-0-rescue`, '--in-place', '--no-backup'])
  expect(chosen.code).toBe(0)
  const report = await cli.json(bootReportSchema, ['boot', 'list', output])
  expect(report.entries[0]).toMatchObject({ isDefault: true, title: expect.stringContaining('0-rescue') })
  for (const { args } of report.entries) expect(args).toEqual(expect.arrayContaining(['crashkernel=no', 'debug']))
  expect(report.files.find(({ kind }) => kind === 'grub-default')?.text).toContain('crashkernel=no debug"')
})
