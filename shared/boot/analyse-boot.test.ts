import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyseBoot, NO_FACTS } from './analyse-boot.js'
import type { BootEntry } from './boot-entry.js'
import { bootFile, SAMPLE_SYSTEMS, type SampleSystem, sampleFiles } from './testing/sample-files.js'

const readSample = (file: string) => readFileSync(join(import.meta.dirname, 'samples', file), 'utf8')
const bls = (name: string, text: string, partition = 1) => bootFile('bls-entry', `/loader/entries/${name}`, text, partition)
const grubenv = (lines: string, partition = 1) =>
  bootFile('grubenv', '/grub2/grubenv', `# GRUB Environment Block\n${lines}`.padEnd(1024, '#'), partition)
const analyse = (files: Parameters<typeof analyseBoot>[0], facts: Partial<typeof NO_FACTS> = {}) =>
  analyseBoot(files, { ...NO_FACTS, ...facts })
const first = (entries: readonly BootEntry[]) => entries[0] ?? expect.fail('no entry')
const codes = (notes: readonly { code: string; severity: string }[]) => notes.map(({ code, severity }) => `${severity} ${code}`)

/** System, default entry, why, number of entries, notes. */
const SYSTEMS: Readonly<Record<SampleSystem, readonly [title: string, reason: string, entries: number, notes: readonly string[]]>> = {
  alpine: ['Linux lts', 'MENU DEFAULT', 2, []],
  arch: ['Arch Linux', 'loader.conf default', 2, ['lost-on-update']],
  'debian-12': ['Debian GNU/Linux', 'set default', 6, []],
  fedora: ['Fedora Linux (6.11.4-301.fc41.x86_64) 41 (Server Edition)', 'saved_entry', 1, []],
  'fedora-coreos': ['Fedora CoreOS 40.20240504.3.0 (ostree:0)', 'highest version', 1, []],
  'live-cd': ['Test this media & start Fedora Live', 'set default', 8, ['overruled']],
  ock: ['Oracle Linux Server 8.10 1.31 (ostree:0)', 'highest version', 1, []],
  opensuse: ['openSUSE Leap 15.6', 'first entry', 4, ['overruled']],
  'oracle-linux-8': ['Oracle Linux Server 8.10, with Unbreakable Enterprise Kernel 5.15.0-305.176.4.el8uek.x86_64', 'saved_entry', 1, []],
  'rhel-9': ['Red Hat Enterprise Linux (5.14.0-427.13.1.el9_4.x86_64) 9.4 (Plow)', 'saved_entry', 1, []],
  'u-boot': ['Debian GNU/Linux 12 (bookworm) 6.1.0-21-arm64', 'DEFAULT', 2, []],
  'ubuntu-24.04': ['Ubuntu', 'set default', 6, ['lost-on-update']],
}

test.each(SAMPLE_SYSTEMS)('how %s boots', (system) => {
  const { entries, notes } = analyse(sampleFiles(system, readSample))
  const entry = first(entries)
  expect([entry.title, entry.defaultReason, entries.length, notes.map(({ code }) => code)]).toEqual(SYSTEMS[system])
  expect(entries.filter(({ isDefault }) => isDefault)).toEqual([entry])
  for (const one of entries) {
    expect(one.origins).toHaveLength(one.args.length)
    expect(one.origins.every((at) => one.sources[at] !== undefined)).toBe(true)
    expect(one.args.some((arg) => arg.includes('$kernelopts') || arg.includes('$tuned_params'))).toBe(false)
  }
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
})

test('$kernelopts is looked up in grubenv, with the place of each argument', () => {
  const files = [
    bls('a-2.conf', 'title A\nlinux /k\noptions first $kernelopts last $tuned_params\n'),
    bls('a-1.conf', 'title B\nlinux /k\noptions ${kernelopts}\n'),
    bls('own.conf', 'title C\nlinux /k\noptions alone\n'),
    grubenv('kernelopts=root=x ro \n'),
  ]
  const { entries, notes } = analyse(files)
  expect(entries.map(({ title, args, origins }) => [title, args, origins])).toEqual([
    ['C', ['alone'], [0]],
    ['A', ['first', 'root=x', 'ro', 'last'], [0, 1, 1, 0]],
    ['B', ['root=x', 'ro'], [1, 1]],
  ])
  expect(entries[1]?.sources).toEqual([
    { file: '1:/loader/entries/a-2.conf', what: 'options', shared: false },
    { file: '1:/grub2/grubenv', what: 'kernelopts', shared: true },
  ])
  expect(notes.filter(({ code }) => code === 'shared-arguments').map(({ text }) => text)).toEqual([
    '2 entries take arguments from kernelopts in /grub2/grubenv: a change there changes all of them',
  ])
})

test('the environment block wins over what grub.cfg falls back to; without GRUB a dollar is a dollar', () => {
  const script = bootFile('grub-cfg', '/grub2/grub.cfg', 'if [ -z "${kernelopts}" ]; then\n  set kernelopts="root=fallback"\nfi\nblscfg\n')
  const entry = bls('a.conf', 'linux /k\noptions $kernelopts\n')
  expect(first(analyse([entry, script]).entries).args).toEqual(['root=fallback'])
  expect(first(analyse([entry, script, grubenv('kernelopts=root=block\n')]).entries).args).toEqual(['root=block'])
  expect(first(analyse([entry]).entries).args).toEqual(['$kernelopts'])
})

test('next_entry, saved_entry and set default are tried in that order; one that names nothing is told', () => {
  const menu = 'menuentry one --id first { linux /k a }\nsubmenu more { menuentry two --id second { linux /k b } }\n'
  const script = (head: string) => bootFile('grub-cfg', '/grub2/grub.cfg', head + menu)
  const chosen = (head: string, env?: string) => {
    const { entries, notes } = analyse([script(head), ...(env === undefined ? [] : [grubenv(env)])])
    return [first(entries).title, first(entries).defaultReason, ...codes(notes)]
  }
  expect(chosen('set default="1>0"\n')).toEqual(['two', 'set default'])
  expect(chosen('set default="more>second"\n')).toEqual(['two', 'set default'])
  expect(chosen('set default="${saved_entry}"\n', 'saved_entry=more>two\n')).toEqual(['two', 'saved_entry'])
  expect(chosen('set default=0\n', 'next_entry=1>0\n')).toEqual(['two', 'next_entry'])
  expect(chosen('set default="${saved_entry}"\n', 'saved_entry=gone\n')).toEqual(['one', 'first entry', 'warning no-default'])
  expect(chosen('')).toEqual(['one', 'first entry'])
})

test('systemd-boot sorts entries and unified kernel images as one menu; spent ones go last', () => {
  const files = [
    bls('b+0-3.conf', 'title Spent\nsort-key a\nversion 9\nlinux /k\n'),
    bls('c+2-1.conf', 'title Tried\nsort-key b\nversion 1\nlinux /k\n'),
    bls('d.conf.disabled', 'title Off\nsort-key 0\nlinux /k\n'),
    bootFile('uki', '/EFI/Linux/x.efi', 'quiet'),
  ]
  const ukis = new Map([
    ['1:/EFI/Linux/x.efi', { osRelease: 'ID=arch\nPRETTY_NAME="Arch"\n', uname: '6.6', signed: true, addons: ['d.addon.efi'] }],
  ])
  const { entries, notes } = analyse(files, { ukis })
  expect(entries.map(({ title, isDefault, enabled, counter }) => [title, isDefault, enabled, counter?.left ?? null])).toEqual([
    ['Arch', true, true, null],
    ['Off', false, false, null],
    ['Tried', false, true, 2],
    ['Spent', false, true, 0],
  ])
  expect(entries[0]).toMatchObject({ version: '6.6', args: ['quiet'], problem: expect.stringContaining('signed') })
  expect(codes(notes)).toEqual(['info uki-signed', 'info overruled'])
})

test('a loader.conf default that matches nothing is told', () => {
  const { entries, notes } = analyse([
    bls('a.conf', 'linux /k\n'),
    bootFile('loader-conf', '/loader/loader.conf', 'default b*\ntimeout menu-force\n'),
  ])
  expect(first(entries).isDefault).toBe(true)
  expect(notes).toMatchObject([{ code: 'no-default', file: '1:/loader/loader.conf' }])
})

test('entries that no boot loader shows, and menus that the firmware would have to choose', () => {
  const own = bootFile('grub-cfg', '/grub2/grub.cfg', 'menuentry x { linux /k a }\n', 2)
  const hidden = bls('a.conf', 'title Hidden\nlinux /k\n', 2)
  const { entries, notes } = analyse([own, hidden])
  expect(entries.map(({ title, isDefault }) => [title, isDefault])).toEqual([
    ['x', true],
    ['Hidden', false],
  ])
  expect(notes).toMatchObject([{ code: 'overruled', severity: 'warning', entry: '2:/loader/entries/a.conf' }])

  const both = bootFile('grub-cfg', '/grub2/grub.cfg', 'blscfg\nmenuentry x { linux /k a }\n', 2)
  const mixed = analyse([both, hidden])
  expect(mixed.entries.map(({ title }) => title)).toEqual(['Hidden', 'x'])
  expect(codes(mixed.notes)).toEqual(['info overruled'])
})

test('kernels and initial RAM disks that are not there', () => {
  const files = [bls('a.conf', 'linux /gone\ninitrd /here\ninitrd $tuned_initrd\n'), bls('b.conf.disabled', 'linux /gone\n')]
  const missing = new Set(['1:/gone', '1:/boot/gone', '1:/boot/here'])
  expect(analyse(files, { missing }).notes).toMatchObject([
    { code: 'kernel-missing', severity: 'error', entry: '1:/loader/entries/a.conf', text: '/gone is not there' },
  ])
})

test('arguments that the next kernel update leaves out come with the edit that keeps them', () => {
  const files = [
    bls('a.conf', 'linux /k\noptions root=x ro new=1 old\n'),
    bootFile('kernel-cmdline', '/etc/kernel/cmdline', 'root=x ro old\n', 2),
  ]
  expect(analyse(files).notes).toMatchObject([
    {
      code: 'lost-on-update',
      file: '2:/etc/kernel/cmdline',
      fix: [{ kind: 'keep-kernel-args', changes: [{ op: 'append', arg: 'new=1' }] }],
    },
  ])
  const ostree = [bls('a.conf', 'linux /k\noptions root=x new=1 ostree=/o\n'), ...files.slice(1)]
  expect(analyse(ostree).notes).toEqual([])
})

test('what cannot be read or parsed is told and hides nothing else', () => {
  const files = [
    bls('a.conf', 'linux /k\noptions "open\n'),
    bls('b.conf', 'title B\nlinux /k\n'),
    bootFile('grubenv', '/grub2/grubenv', 'no block'),
  ]
  const { entries, notes } = analyse(files, { unreadable: [{ place: '1:/x', reason: 'gone' }] })
  expect(entries.map(({ title, problem }) => [title, problem === null])).toEqual([
    ['B', true],
    ['a', false],
  ])
  expect(codes(notes)).toEqual(['warning syntax', 'warning syntax', 'warning unreadable'])
})

test('five hundred entries are analysed', () => {
  const files = Array.from({ length: 500 }, (_, at) =>
    bls(`e-${at}.conf`, `title E ${at}\nversion ${at}\nlinux /k\noptions $kernelopts n=${at}\n`),
  )
  const { entries } = analyse([...files, grubenv('kernelopts=root=x ro quiet\n')])
  expect(entries).toHaveLength(500)
})
