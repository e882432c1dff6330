import { expect, test } from 'vitest'
import {
  duplicateGrubEntry,
  expandGrubVariables,
  moveGrubEntry,
  parseGrubCfg,
  removeGrubEntry,
  setConsoleBlock,
  setGrubDefault,
  setGrubEntryArgs,
  setGrubEntryTitle,
  setGrubTimeout,
} from './grub-cfg.js'

const MENU = `# head
if [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
else
   set default="0"
fi
function savedefault {
  set timeout=99
}
if [ "\${recordfail}" = 1 ] ; then
  set timeout=30
else
  set timeout=5
fi
set timeout=5
search --no-floppy --fs-uuid --set=root --hint-bios=hd0,gpt2 0a1b-2c3d
menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-1' {
	load_video
	linux	/vmlinuz-6.1 root=UUID=1 ro  quiet
	initrd	/initrd.img-6.1
}
submenu 'Advanced' $menuentry_id_option 'adv' {
	menuentry 'It'\\''s 6.1' --id a1 {
		if [ x$grub_platform = xxen ]; then insmod xzio; fi
		linux /vmlinuz-6.1 root=UUID=1 ro \\
			single "dyndbg=file x +p" 'a=b;c'
		initrd /ucode.img /initrd.img-6.1
	}
	menuentry "old \\"5.10\\"" { linux /vmlinuz-5.10 $kernelopts
	}
}
menuentry 'UEFI Firmware Settings' $menuentry_id_option 'uefi-firmware' {
	fwsetup
}
source /custom.cfg
`

test("a menu is read with GRUB's own addresses", () => {
  const cfg = parseGrubCfg(MENU)
  expect(cfg.entries.map(({ index, id, title, submenu }) => [index, id, title, submenu])).toEqual([
    ['0', 'gnulinux-simple-1', 'Debian GNU/Linux', []],
    ['1>0', 'a1', "It's 6.1", ['Advanced']],
    ['1>1', null, 'old "5.10"', ['Advanced']],
    ['2', 'uefi-firmware', 'UEFI Firmware Settings', []],
  ])
  expect(cfg.entries[1]).toMatchObject({
    linux: '/vmlinuz-6.1',
    initrds: ['/ucode.img', '/initrd.img-6.1'],
    args: ['root=UUID=1', 'ro', 'single', '"dyndbg=file x +p"', 'a=b;c'],
  })
  expect(cfg.entries[2]?.args).toEqual(['$kernelopts'])
  expect(cfg.entries[3]).toMatchObject({ linux: null, args: [], argsAt: null })
  expect(cfg).toMatchObject({ usesBlscfg: false, grubenvLoaded: true, consoleBlock: null, sources: ['/custom.cfg'] })
  expect([cfg.default?.value, cfg.timeout?.value]).toEqual(['0', '5'])
  expect(cfg.searches).toEqual([{ variable: 'root', by: 'fs-uuid', value: '0a1b-2c3d' }])
  expect(cfg.submenus).toEqual([{ index: '1', title: 'Advanced', submenu: [] }])
})

test('arguments change and nothing else', () => {
  expect(setGrubEntryArgs(MENU, '0', ['root=UUID=1', 'ro', 'console=ttyS0', 'quiet'])).toBe(
    MENU.replace('ro  quiet', 'ro console=ttyS0  quiet'),
  )
  expect(setGrubEntryArgs(MENU, '1>0', ['root=UUID=1', 'ro', 'single', 'a=b;c', 'x={y}'])).toBe(
    MENU.replace(` "dyndbg=file x +p" 'a=b;c'`, ` 'a=b;c' 'x={y}'`),
  )
  expect(setGrubEntryArgs(MENU, '1>1', [])).toBe(MENU.replace(' $kernelopts', ''))
  expect(() => setGrubEntryArgs(MENU, '2', ['x'])).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => setGrubEntryArgs(MENU, '7', ['x'])).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => setGrubEntryArgs(MENU, '0', ['x\n}'])).toThrow(expect.objectContaining({ code: 'argument-invalid' }))
})

test('title, default and timeout', () => {
  expect(setGrubEntryTitle(MENU, '0', "Bob's $x")).toBe(MENU.replace("'Debian GNU/Linux'", "'Bob'\\''s $x'"))
  expect(parseGrubCfg(setGrubEntryTitle(MENU, '1', 'More')).entries[1]?.submenu).toEqual(['More'])
  expect(setGrubDefault(MENU, 'adv>a1')).toBe(MENU.replace('default="0"', 'default="adv>a1"'))
  expect(setGrubDefault(MENU, '${saved_entry}')).toBe(MENU.replace('default="0"', 'default="${saved_entry}"'))
  expect(setGrubTimeout(MENU, 0)).toBe(MENU.replaceAll('timeout=5', 'timeout=0'))
  expect(setGrubTimeout('menuentry a {\n}\n', 3)).toBe('set timeout=3\nmenuentry a {\n}\n')
  expect(setGrubDefault('blscfg', '1')).toBe("blscfg\nset default='1'\n")
  expect(() => setGrubTimeout(MENU, 1.5)).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
})

test('entries are copied, removed and moved as whole lines', () => {
  const copy = duplicateGrubEntry(MENU, '0', { title: 'Copy', id: 'c' })
  expect(
    parseGrubCfg(copy)
      .entries.slice(0, 2)
      .map(({ index, id, title, args }) => [index, id, title, args.length]),
  ).toEqual([
    ['0', 'gnulinux-simple-1', 'Debian GNU/Linux', 3],
    ['1', 'c', 'Copy', 3],
  ])
  expect(removeGrubEntry(copy, '1')).toBe(MENU)
  expect(parseGrubCfg(duplicateGrubEntry(MENU, '1>1', { title: 'x', id: 'y' })).entries[3]).toMatchObject({
    index: '1>2',
    id: 'y',
    title: 'x',
  })
  const titles = (text: string) => parseGrubCfg(text).entries.map((entry) => entry.title)
  expect(titles(moveGrubEntry(MENU, '2', '0'))[0]).toBe('UEFI Firmware Settings')
  expect(titles(moveGrubEntry(MENU, '0', null)).at(-1)).toBe('Debian GNU/Linux')
  expect(moveGrubEntry(moveGrubEntry(MENU, '1>0', null), '1>1', '1>0')).toBe(MENU)
  expect(moveGrubEntry(MENU, '0', '1')).toBe(MENU)
  expect(() => moveGrubEntry(MENU, '1', '1>0')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => removeGrubEntry('menuentry a { linux /k }; set x=1', '0')).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
})

const FCOS = 'serial --speed=115200\n# CONSOLE-SETTINGS-START\nterminal_input console\n# CONSOLE-SETTINGS-END\nblscfg\n'
test('the console block', () => {
  expect(parseGrubCfg(FCOS)).toMatchObject({ usesBlscfg: true, consoleBlock: { text: 'terminal_input console\n' } })
  expect(setConsoleBlock(FCOS, ['serial', 'terminal_output serial'])).toBe(
    FCOS.replace('terminal_input console\n', 'serial\nterminal_output serial\n'),
  )
  expect(setConsoleBlock(FCOS, ['terminal_input console'])).toBe(FCOS)
  expect(setConsoleBlock(setConsoleBlock(FCOS, null), ['terminal_input console'])).toBe(FCOS)
  expect(setConsoleBlock(MENU, null)).toBe(MENU)
  expect(() => setConsoleBlock(MENU, ['x'])).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
  expect(() => setConsoleBlock(FCOS, ['x\ny'])).toThrow(expect.objectContaining({ code: 'edit-conflict' }))
})

test('a quote that is never closed hides nothing, nor does a stray brace', () => {
  const text = "}\necho don't\nmenuentry Debian { linux /k a\n}\nmenuentry Two {\n linux /k b"
  expect(parseGrubCfg(text).entries.map((entry) => [entry.title, entry.args])).toEqual([
    ['Debian', ['a']],
    ['Two', ['b']],
  ])
})

test('Xen: the first module is the kernel', () => {
  const text = 'menuentry X {\n multiboot2 /xen.gz placeholder\n module2 /vmlinuz root=a\n module2 --nounzip /initrd\n}\n'
  expect(parseGrubCfg(text).entries[0]).toMatchObject({ linux: '/vmlinuz', args: ['root=a'], initrds: ['/initrd'] })
})

test('variables are split into the arguments they stand for', () => {
  const variables = new Map([
    ['kernelopts', 'root=UUID=1 ro dyndbg="file x"'],
    ['uuid', '9'],
    ['loop', '$loop $loop'],
  ])
  expect(expandGrubVariables(['$kernelopts', 'x=${uuid}', '$tuned_params', 'a\\$uuid', 'quiet'], variables)).toEqual([
    { arg: 'root=UUID=1', from: 'kernelopts' },
    { arg: 'ro', from: 'kernelopts' },
    { arg: 'dyndbg="file x"', from: 'kernelopts' },
    { arg: 'x=9', from: 'uuid' },
    { arg: '$tuned_params', from: null },
    { arg: 'a\\$uuid', from: null },
    { arg: 'quiet', from: null },
  ])
  expect(expandGrubVariables(['$loop'], variables).length).toBeLessThan(100)
})
