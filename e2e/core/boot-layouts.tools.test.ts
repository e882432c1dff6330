import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BootReport } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import { DEBIAN_ARGS } from '../images/debian-shaped.js'
import { EXTLINUX_ARGS } from '../images/extlinux-shaped.js'
import { RHEL8_KERNELOPTS } from '../images/rhel8-shaped.js'
import { SYSTEMD_BOOT_ARGS } from '../images/systemd-boot-shaped.js'
import { openBench, type TestBench } from './workbench.js'

let bench: TestBench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const codes = ({ notes }: BootReport) => notes.map(({ code }) => code)
const rows = ({ entries }: BootReport) => entries.map(({ loader, title, isDefault }) => `${isDefault ? '*' : ''}${loader} ${title}`)
const textOf = (report: BootReport, id: string) => report.files.find((file) => file.id === id)?.text ?? ''

/** Saves edits and lists how the result boots; what the preview promised is what is there. */
async function saved(source: string, edits: Edit[]): Promise<BootReport> {
  const output = path.join(bench.folder, `saved ${path.basename(source)}`)
  const preview = await bench.core.previewEdits(source, edits)
  expect(preview.edits.map(({ problem }) => problem)).toEqual(edits.map(() => null))
  await bench.succeed({ kind: 'save-image', input: { source, edits, target: { mode: 'new-file', output, replace: false } } })
  const report = await bench.core.listBootEntries(output)
  const said = ({ files, entries, settings, notes, searched }: BootReport) => ({ files, entries, settings, notes, searched })
  expect(said(report)).toEqual(said(preview.boot))
  return report
}

test('RHEL 8: arguments come from grubenv, and a change there is one for all entries', async () => {
  const source = await bench.copy('rhel8')
  const report = await bench.core.listBootEntries(source)
  expect(rows(report)).toEqual([
    '*bls Red Hat Enterprise Linux (4.18.0-553.el8_10.x86_64) 8.10 (Ootpa)',
    'bls Red Hat Enterprise Linux (4.18.0-513.24.1.el8_9.x86_64) 8.10 (Ootpa)',
    expect.stringContaining('0-rescue'),
  ])
  expect(report.entries[0]).toMatchObject({ args: RHEL8_KERNELOPTS.trim().split(' '), defaultReason: 'saved_entry' })
  expect(
    report.files.map(({ kind, partition, path: file }) => `${kind} ${partition}:${file}`).filter((row) => !row.startsWith('bls')),
  ).toEqual([
    expect.stringMatching(/^grub-cfg 2:\/efi\/redhat\/grub.cfg$/i),
    'grub-cfg 3:/grub2/grub.cfg',
    'grubenv 3:/grub2/grubenv',
    'grub-default 4:/etc/default/grub',
  ])
  expect(codes(report)).toEqual(['shared-arguments'])
  const other = report.entries[1]?.id ?? ''
  const after = await saved(source, [
    {
      kind: 'kernel-args',
      entry: '*',
      changes: [
        { op: 'delete', arg: 'console=tty0' },
        { op: 'append', arg: 'quiet' },
      ],
      keep: true,
    },
    { kind: 'kernel-args', entry: other, changes: [{ op: 'append', arg: 'debug' }] },
    { kind: 'boot-default', entry: other },
    { kind: 'boot-timeout', seconds: 9 },
    { kind: 'entry-duplicate', entry: other, name: 'build-7', title: 'Build 7' },
    { kind: 'entry-enable', entry: report.entries[2]?.id ?? '', enabled: false },
  ])
  const block = textOf(after, '3:/grub2/grubenv')
  expect(block.length).toBe(1024)
  expect(block).toContain(`kernelopts=${RHEL8_KERNELOPTS.replace('console=tty0 ', '').trim()} \n`)
  expect(after.entries[0]).toMatchObject({ id: other, defaultReason: 'saved_entry' })
  expect(after.entries[0]?.args.slice(-2)).toEqual(['quiet', 'debug'])
  expect(after.entries.map(({ enabled }) => enabled)).toContain(false)
  expect(textOf(after, '4:/etc/default/grub')).toContain('GRUB_TIMEOUT=9\n')
  expect(after.settings[0]?.timeoutSeconds).toBe(9)
})

test('Debian: entries and submenus of grub.cfg', async () => {
  const source = await bench.copy('debian')
  const report = await bench.core.listBootEntries(source)
  expect(rows(report).slice(0, 2)).toEqual(['*grub Debian GNU/Linux', 'grub Debian GNU/Linux, with Linux 6.1.0-21-cloud-amd64'])
  expect(report.entries).toHaveLength(6)
  expect(report.entries[0]).toMatchObject({ args: DEBIAN_ARGS.split(' '), defaultReason: 'set default' })
  expect(report.entries[3]?.submenu).toEqual(['Advanced options for Debian GNU/Linux'])
  expect(report.files.map(({ path: file }) => file)).toContain('/etc/default/grub.d/10_cloud.cfg')
  expect(codes(report)).toEqual([])
  const cfg = '1:/boot/grub/grub.cfg'
  const after = await saved(source, [
    {
      kind: 'kernel-args',
      entry: 'default',
      changes: [{ op: 'replace', key: 'console', from: 'ttyS0,115200', to: 'ttyS1,9600' }],
      keep: true,
    },
    { kind: 'boot-default', entry: `${cfg}#1>2` },
    { kind: 'entry-remove', entry: `${cfg}#2` },
    { kind: 'console-block', lines: ['serial --unit=1'], addMarkers: true },
  ])
  expect(after.entries[0]).toMatchObject({ title: 'Debian GNU/Linux, with Linux 6.1.0-20-cloud-amd64', defaultReason: 'set default' })
  expect(after.entries[1]?.args).toContain('console=ttyS1,9600')
  expect(textOf(after, '1:/etc/default/grub.d/10_cloud.cfg')).toContain('console=ttyS1,9600')
  expect(textOf(after, cfg)).toContain('# CONSOLE-SETTINGS-START\nserial --unit=1\n# CONSOLE-SETTINGS-END\n')
})

test('systemd-boot: entries, counted tries and unified kernel images on the ESP', async () => {
  const source = await bench.copy('systemd-boot')
  const report = await bench.core.listBootEntries(source)
  expect(rows(report)).toEqual([
    '*bls Arch Linux',
    'bls Arch Linux (fallback initramfs)',
    'bls Arch Linux (testing)',
    'uki Arch Linux',
    'uki Arch Linux',
  ])
  expect(report.entries[0]).toMatchObject({ args: SYSTEMD_BOOT_ARGS.split(' '), defaultReason: 'loader.conf default' })
  expect(report.entries[2]?.counter).toEqual({ left: 3, done: 1 })
  expect(codes(report).toSorted()).toEqual(['lost-on-update', 'overruled', 'uki-signed'])
  const [lost] = report.notes.filter(({ code }) => code === 'lost-on-update')
  const uki = report.entries.find(({ problem, loader }) => loader === 'uki' && problem === null)?.id ?? ''
  const after = await saved(source, [
    ...(lost?.fix ?? []),
    {
      kind: 'kernel-args',
      entry: uki,
      changes: [
        { op: 'delete', arg: 'quiet' },
        { op: 'append', arg: 'debug' },
      ],
    },
    { kind: 'boot-timeout', seconds: 1 },
    { kind: 'entry-move', entry: '1:/loader/entries/arch-testing+3-1.conf', before: '1:/loader/entries/arch-fallback.conf' },
  ])
  expect(after.entries.find(({ id }) => id === uki)?.args).toEqual([...SYSTEMD_BOOT_ARGS.split(' '), 'debug'])
  expect(textOf(after, '2:/etc/kernel/cmdline')).toContain('console=tty0 console=ttyS0,115200\n')
  expect(codes(after)).not.toContain('lost-on-update')
  expect(after.settings).toMatchObject([{ loader: 'systemd-boot', timeoutSeconds: 1 }])
  const signed = report.entries.find(({ problem, loader }) => loader === 'uki' && problem !== null)?.id ?? ''
  const refused = await bench.core.previewEdits(source, [{ kind: 'kernel-args', entry: signed, changes: [{ op: 'append', arg: 'x' }] }])
  expect(refused.edits[0]?.problem).toMatchObject({ code: 'edit-conflict', details: { reason: expect.stringContaining('signed') } })
})

test('extlinux: the label that the menu marks', async () => {
  const source = await bench.copy('extlinux')
  const report = await bench.core.listBootEntries(source)
  expect(rows(report)).toEqual(['*extlinux Linux virt', 'extlinux Linux lts'])
  expect(report.entries[0]).toMatchObject({ args: EXTLINUX_ARGS.split(' '), defaultReason: 'MENU DEFAULT' })
  expect(codes(report)).toEqual([])
  const conf = '1:/boot/extlinux.conf'
  const after = await saved(source, [
    { kind: 'kernel-args', entry: '*', changes: [{ op: 'append', arg: 'net.ifnames=0' }] },
    { kind: 'boot-default', entry: `${conf}#lts` },
    { kind: 'entry-title', entry: `${conf}#lts`, title: 'Long term' },
  ])
  expect(rows(after)).toEqual(['*extlinux Long term', 'extlinux Linux virt'])
  expect(after.entries.map(({ args }) => args.includes('net.ifnames=0'))).toEqual([true, true])
})
