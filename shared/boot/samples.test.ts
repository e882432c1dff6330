import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseBls, printBls, readBlsEntry, setBlsArgs, setBlsKey } from './bls.js'
import { parseExtlinux, setExtlinuxArgs, setExtlinuxDefault, setExtlinuxTimeout, setExtlinuxTitle } from './extlinux.js'
import { expandGrubVariables, parseGrubCfg, setConsoleBlock, setGrubDefault, setGrubEntryArgs, setGrubEntryTitle } from './grub-cfg.js'
import { readGrubDefault, setGrubDefaultArgs } from './grub-default.js'
import { parseGrubenv, setGrubenv } from './grubenv.js'
import { splitArgs } from './kernel-args.js'
import { readCmdline, setCmdline } from './kernel-cmdline.js'
import { parseKeyLines, printKeyLines } from './key-lines.js'
import { readLoaderConf, setLoaderConf } from './loader-conf.js'
import { readShellVars, setShellVar } from './shell-vars.js'

const folder = new URL('./samples/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, folder), 'latin1')
const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath.split('/').at(-1)}/${entry.name}`)
  .sort()

/** Every editor with what its reader says stands there: nothing may change, in any file, of its own kind or not. */
const settingWhatIsSet: Readonly<Record<string, (text: string) => string[]>> = {
  keyLines: (text) => [printKeyLines(parseKeyLines(text)), printBls(parseBls(text))],
  bls: (text) => [setBlsArgs(text, readBlsEntry(text).args), setBlsKey(text, 'title', readBlsEntry(text).title)],
  grubenv: (text) => [setGrubenv(text, Object.fromEntries(parseGrubenv(text) ?? []))],
  loaderConf: (text) => {
    const conf = readLoaderConf(text)
    return [setLoaderConf(text, 'default', conf.default), setLoaderConf(text, 'console-mode', conf.consoleMode)]
  },
  shellVars: (text) => [...readShellVars(text)].map(([name, value]) => setShellVar(text, name, value)),
  grubDefault: (text) => [
    setGrubDefaultArgs(text, 'GRUB_CMDLINE_LINUX', readGrubDefault(text).cmdlineLinux),
    setGrubDefaultArgs(text, 'GRUB_CMDLINE_LINUX_DEFAULT', readGrubDefault(text).cmdlineLinuxDefault),
  ],
  cmdline: (text) => [setCmdline(text, readCmdline(text))],
  grubCfg: (text) => {
    const cfg = parseGrubCfg(text)
    const block = cfg.consoleBlock?.text.split('\n').slice(0, -1) ?? null
    return [
      ...cfg.entries.flatMap((entry) => (entry.linux === null ? [] : [setGrubEntryArgs(text, entry.index, entry.args)])),
      ...cfg.entries.map((entry) => setGrubEntryTitle(text, entry.index, entry.title)),
      ...(cfg.default === null ? [] : [setGrubDefault(text, cfg.default.value)]),
      setConsoleBlock(text, block),
    ]
  },
  extlinux: (text) => {
    const menu = parseExtlinux(text)
    return [
      ...menu.entries.flatMap((entry) => [
        setExtlinuxArgs(text, entry.label, entry.args),
        setExtlinuxTitle(text, entry.label, entry.title),
      ]),
      ...menu.entries.flatMap((entry) => (entry.isDefault ? [setExtlinuxDefault(text, entry.label)] : [])),
      ...(menu.timeout === null ? [] : [setExtlinuxTimeout(text, menu.timeout)]),
    ]
  },
}

test('there is a file of every system', () => {
  expect(new Set(paths.map((path) => path.split('/')[0])).size).toBeGreaterThanOrEqual(13)
  expect(paths.length).toBeGreaterThanOrEqual(30)
})

test.each(paths.flatMap((path) => Object.keys(settingWhatIsSet).map((editor) => [path, editor] as const)))(
  '%s stays as it is under %s',
  (path, editor) => {
    const text = read(path)
    let results: string[]
    try {
      results = settingWhatIsSet[editor]?.(text) ?? []
    } catch (error) {
      // A file of another kind may be refused, never changed; quotes of a shell need not pair as those of a kernel do.
      expect(error).toMatchObject({ code: expect.stringMatching(/^(?:edit-conflict|argument-invalid)$/) })
      expect(isOfItsKind(path, editor)).toBe(false)
      return
    }
    for (const result of results) expect(result).toBe(text)
  },
)

function isOfItsKind(path: string, editor: string): boolean {
  const kinds: readonly (readonly [RegExp, readonly string[]])[] = [
    [/grub\.cfg$/, ['grubCfg']],
    [/grubenv$/, ['grubenv']],
    [/default-grub/, ['shellVars', 'grubDefault']],
    [/loader\.conf$/, ['loaderConf']],
    [/cmdline/, ['cmdline']],
    [/(?:ext|iso)linux\.(?:conf|cfg)$/, ['extlinux']],
    [/\/(?:entry|ostree-.*|arch.*)\.conf$/, ['bls']],
  ]
  return kinds.some(([pattern, editors]) => pattern.test(path) && editors.includes(editor))
}

test('Oracle Linux 8: the arguments stand in the environment block', () => {
  const entry = readBlsEntry(read('oracle-linux-8/entry.conf'))
  expect(entry).toMatchObject({ args: ['$kernelopts', '$tuned_params'], grubClass: 'ol', initrds: [expect.any(String), '$tuned_initrd'] })
  const variables = parseGrubenv(read('oracle-linux-8/grubenv')) ?? new Map<string, string>()
  const expanded = expandGrubVariables(entry.args, variables)
  expect(expanded).toHaveLength(9)
  expect(expanded.at(-2)).toEqual({ arg: 'quiet', from: 'kernelopts' })
  expect(expanded.at(-1)).toEqual({ arg: '$tuned_params', from: null })
  const changed = setGrubenv(read('oracle-linux-8/grubenv'), { kernelopts: `${variables.get('kernelopts')}console=ttyS0` })
  expect(changed).toHaveLength(1024)
  expect(splitArgs(parseGrubenv(changed)?.get('kernelopts') ?? '').at(-1)).toBe('console=ttyS0')
  const cfg = parseGrubCfg(read('oracle-linux-8/grub.cfg'))
  expect(cfg.variables.get('kernelopts')).toMatch(/^root=/)
  expect(cfg).toMatchObject({ usesBlscfg: true, grubenvLoaded: true, entries: [] })
})

test('Fedora and RHEL 9: static entries, a saved default', () => {
  const cfg = parseGrubCfg(read('fedora/grub.cfg'))
  expect([cfg.default?.value, cfg.timeout?.value, cfg.usesBlscfg]).toEqual(['${saved_entry}', '5', true])
  expect(cfg.searches).toEqual([
    { variable: 'prefix', by: 'file', value: '/boot/grub2/grubenv' },
    { variable: 'root', by: 'fs-uuid', value: '0d1e2f3a-4b5c-6d7e-8f90-a1b2c3d4e5f6' },
  ])
  expect(readGrubDefault(read('rhel-9/default-grub'))).toMatchObject({ terminal: 'serial console', timeout: '0', enableBlscfg: true })
  expect(parseGrubCfg(read('rhel-9/efi-grub.cfg')).sources).toEqual(['$prefix/grub.cfg'])
})

test('OCK and Fedora CoreOS', () => {
  expect(readBlsEntry(read('ock/ostree-1-ock.conf')).args).toContain('ignition.platform.id=qemu')
  expect(parseGrubCfg(read('ock/efi-grub.cfg')).searches).toContainEqual({ variable: 'prefix', by: 'label', value: 'boot' })
  const text = read('fedora-coreos/grub.cfg')
  expect(parseGrubCfg(text).consoleBlock?.text.split('\n')).toHaveLength(4)
  const vmware = setConsoleBlock(text, ['terminal_input console', 'terminal_output console'])
  expect(vmware).toBe(
    text.replace(
      'serial --speed=115200\nterminal_input serial console\nterminal_output serial console',
      'terminal_input console\nterminal_output console',
    ),
  )
})

test.each([
  ['debian-12', 6, '1>3', ['quiet']],
  ['ubuntu-24.04', 6, '1>3', ['quiet', 'splash', '$vt_handoff']],
])('%s: menu with a submenu', (name, count, lastOfSubmenu, args) => {
  const cfg = parseGrubCfg(read(`${name}/grub.cfg`))
  expect(cfg.entries).toHaveLength(count)
  expect(cfg.entries[0]?.args.slice(2)).toEqual(args)
  expect(cfg.entries.map((entry) => entry.index)).toEqual(['0', '1>0', '1>1', '1>2', lastOfSubmenu, '2'])
  expect(cfg.entries[4]).toMatchObject({ submenu: [expect.stringMatching(/^Advanced/)], id: expect.stringMatching(/recovery/) })
  expect([cfg.default?.value, cfg.timeout?.value]).toEqual(['0', '5'])
})

test('openSUSE: Xen, a continued line, two entries of other tools', () => {
  const cfg = parseGrubCfg(read('opensuse/grub.cfg'))
  expect(cfg.entries.map(({ index, linux }) => [index, linux])).toEqual([
    ['0', '/boot/vmlinuz-6.4.0-150600.21-default'],
    ['1>0', '/boot/vmlinuz-6.4.0-150600.21-default'],
    ['2', '/boot/vmlinuz-6.4.0-150600.21-default'],
  ])
  expect(cfg.entries[1]?.args).toEqual(['root=UUID=9a8b7c6d-5e4f-4321-8765-43210fedcba9', 'single', 'nomodeset', 'x11failsafe'])
  expect(cfg.entries[2]).toMatchObject({
    initrds: ['/boot/initrd-6.4.0-150600.21-default'],
    args: ['placeholder', expect.any(String), 'quiet'],
  })
  expect(readBlsEntry(read('opensuse/entry.conf'))).toMatchObject({ sortKey: 'opensuse-tumbleweed', version: '2@6.9.1-1-default' })
})

test('Arch: systemd-boot', () => {
  expect(readLoaderConf(read('arch/loader.conf'))).toEqual({ default: 'arch.conf', timeout: '4', editor: 'no', consoleMode: 'max' })
  expect(readBlsEntry(read('arch/arch.conf'))).toMatchObject({
    initrds: ['/intel-ucode.img', '/initramfs-linux.img'],
    args: ['root=PARTUUID=7c6b5a49-3827-4160-9504-f3e2d1c0b9a8', 'rw', 'zswap.enabled=0', 'rootfstype=ext4'],
  })
  expect(readBlsEntry(read('arch/arch-fallback.conf')).args).toEqual(['root="LABEL=arch os"', 'rw'])
  expect(readCmdline(read('arch/kernel-cmdline'))).toHaveLength(4)
})

test('extlinux, U-Boot and live media', () => {
  expect(parseExtlinux(read('alpine/extlinux.conf'))).toMatchObject({
    timeout: 1,
    entries: [
      { label: 'lts', isDefault: true, initrds: ['initramfs-lts'] },
      { label: 'virt', isDefault: false },
    ],
  })
  expect(parseExtlinux(read('u-boot/extlinux.conf'))).toMatchObject({
    default: 'l0',
    timeout: 5,
    entries: [{ isDefault: true, fdt: expect.stringMatching(/dtb$/) }, {}],
  })
  const live = parseExtlinux(read('live-cd/isolinux.cfg'))
  expect(live.entries.map((entry) => [entry.label, entry.title, entry.isDefault])).toEqual([
    ['linux', 'Start Fedora Live', false],
    ['check', 'Test this media & start Fedora Live', true],
    ['basic', 'Start Fedora Live in basic graphics mode.', false],
    ['memtest', 'Run a memory test.', false],
    ['local', 'Boot from local drive', false],
  ])
  expect(live.entries[0]?.initrds).toEqual(['initrd.img'])
  expect(parseGrubCfg(read('live-cd/grub.cfg')).entries.map((entry) => entry.index)).toEqual(['0', '1', '2>0'])
})
