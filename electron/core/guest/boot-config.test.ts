import { expect, test } from 'vitest'
import { AppError } from '#shared/errors/app-error'
import { findBootConfig } from './boot-config.js'
import type { GuestFiles } from './guest-files.js'
import { memoryFiles, memoryPartition } from './testing/memory-files.js'
import { ukiFile } from './testing/uki-file.js'

const BOOT = memoryPartition(1, 'ext')

/** Files below `/loader/entries`; a null content cannot be read. */
function guestWith(entries: Readonly<Record<string, string | null>>): GuestFiles {
  const files = memoryFiles(Object.fromEntries(Object.entries(entries).map(([name, text]) => [`1:/loader/entries/${name}`, text ?? ''])))
  return {
    ...files,
    read: async (partition, file, maxBytes) => {
      if (entries[file.split('/').at(-1) ?? ''] === null) throw new AppError('guest-file-not-found')
      return files.read(partition, file, maxBytes)
    },
  }
}

test('what boot loaders pass over is shown, but is never the default', async () => {
  const files = guestWith({ '9-unreadable.conf': null, '8-empty.conf': 'title Nothing\n', '1-real.conf': 'title Real\nlinux /vmlinuz\n' })
  const { entries } = await findBootConfig(files, [BOOT])
  expect(entries.map((entry) => [entry.path, entry.isDefault, entry.problem === null])).toEqual([
    ['/loader/entries/1-real.conf', true, true],
    ['/loader/entries/9-unreadable.conf', false, false],
    ['/loader/entries/8-empty.conf', false, false],
  ])
})

test('an entry whose options cannot be edited still boots', async () => {
  const { entries } = await findBootConfig(guestWith({ 'a.conf': 'linux /vmlinuz\noptions "open\n' }), [BOOT])
  expect(entries[0]).toMatchObject({ isDefault: true, problem: expect.stringContaining('cannot be edited') })
})

const UKI = ukiFile({ cmdline: 'root=x quiet', osRelease: 'ID=arch\nPRETTY_NAME="Arch"\n', uname: '6.6.31', signed: false })

test('names on FAT have no case; unified kernel images tell what is inside, addons what they add', async () => {
  const files = memoryFiles({
    '1:/LOADER/ENTRIES/A.CONF': 'title A\nlinux /VMLINUZ\n',
    '1:/LOADER/LOADER.CONF': 'default a*\n',
    '1:/vmlinuz': '',
    '1:/EFI/Linux/x.efi': UKI,
    '1:/EFI/Linux/x.efi.extra.d/more.addon.efi': '',
    '1:/EFI/Linux/other.efi': 'MZ no image',
    '1:/EFI/systemd/systemd-bootx64.efi': '',
  })
  const { entries, notes, files: found } = await findBootConfig(files, [memoryPartition(1, 'fat')])
  expect(entries.map(({ title, isDefault, version, args }) => [title, isDefault, version, args])).toEqual([
    ['A', true, null, []],
    ['Arch', false, '6.6.31', ['root=x', 'quiet']],
  ])
  expect(notes.map(({ code, text }) => [code, text])).toEqual([['overruled', 'Arguments of more.addon.efi come after its own']])
  expect(found.map(({ path }) => path)).toEqual(['/LOADER/ENTRIES/A.CONF', '/EFI/Linux/x.efi', '/LOADER/LOADER.CONF'])
  const onExt = await findBootConfig(memoryFiles({ '1:/LOADER/ENTRIES/A.CONF': 'linux /k\n' }), [BOOT])
  expect(onExt.entries).toEqual([])
})

test('kernels that entries name are looked for where their boot loader would', async () => {
  const files = memoryFiles({
    '1:/loader/entries/a.conf': 'title A\nlinux /vmlinuz-a\ninitrd /gone.img\n',
    '1:/loader/entries/b.conf': 'title B\nlinux /gone\n',
    '1:/vmlinuz-a': '',
    '1:/extlinux/extlinux.conf': 'label x\n\tlinux ../vmlinuz-a\nlabel y\n\tlinux y\n',
    '2:/grub/grub.cfg':
      'search --fs-uuid --set=root 00000001-0000-4000-8000-000000000000\nmenuentry m { linux /vmlinuz-a }\nmenuentry n { linux /n }\n',
  })
  const { notes } = await findBootConfig(files, [BOOT, memoryPartition(2, 'ext')])
  const missing = notes.filter(({ code }) => code.endsWith('-missing')).map(({ entry, text }) => `${entry ?? ''} ${text}`)
  expect(missing.toSorted()).toEqual([
    '1:/extlinux/extlinux.conf#y y is not there',
    '1:/loader/entries/a.conf /gone.img is not there',
    '1:/loader/entries/b.conf /gone is not there',
    '2:/grub/grub.cfg#1 /n is not there',
  ])
})

test('the menu of an installation medium is shown with what it includes, and is not for editing', async () => {
  const iso = memoryPartition(0, 'ext', { filesystem: { kind: 'iso9660', type: 'ISO 9660', label: 'CD', uuid: null, usedBytes: null } })
  const files = memoryFiles({
    '0:/isolinux/isolinux.cfg': 'default live\ninclude txt.cfg\n',
    '0:/isolinux/txt.cfg': 'label live\n\tmenu label Live\n\tlinux /live/vmlinuz\n\tappend boot=live\n',
    '0:/live/vmlinuz': '',
    '0:/boot/grub/grub.cfg': 'menuentry Live { linux /live/vmlinuz boot=live }\n',
  })
  const { entries, notes } = await findBootConfig(files, [iso])
  expect(entries.map(({ loader, args, problem }) => [loader, args, problem])).toEqual([
    ['grub', ['boot=live'], 'ISO 9660 images cannot be written'],
    ['isolinux', ['boot=live'], 'ISO 9660 images cannot be written'],
  ])
  expect(notes.map(({ code }) => code)).toContain('read-only')
})

test('a file is shown once, through whatever link it is found; what later kernels take is found in the system that boots', async () => {
  const deployment = `/ostree/deploy/os/deploy/${'a'.repeat(64)}.0`
  const files = memoryFiles({
    '1:/loader/entries/a.conf': 'title A\nlinux /k\n',
    '1:/boot/loader/entries/a.conf': 'title A\nlinux /k\n',
    '1:/grub2/grub.cfg': 'blscfg\n',
    '1:/boot/grub2/grub.cfg': 'blscfg\n',
    '1:/k': '',
    [`2:${deployment}/etc/os-release`]: 'ID=os\n',
    [`2:${deployment}/etc/kernel/cmdline`]: 'quiet\n',
    [`2:${deployment}/etc/default/grub`]: 'GRUB_TIMEOUT=1\n',
    '2:/etc/kernel/cmdline': 'of no system\n',
  })
  const { files: found } = await findBootConfig(files, [BOOT, memoryPartition(2, 'xfs')])
  expect(found.map(({ kind, path }) => `${kind} ${path.replace(deployment, 'DEPLOYMENT')}`)).toEqual([
    'bls-entry /loader/entries/a.conf',
    'grub-cfg /grub2/grub.cfg',
    'kernel-cmdline DEPLOYMENT/etc/kernel/cmdline',
    'grub-default DEPLOYMENT/etc/default/grub',
  ])
})
