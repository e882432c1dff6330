import { describe, expect, test } from 'vitest'
import type { BootEntry, BootFile, BootFileKind } from '../boot/boot-entry.js'
import { compareEntries, currentPlatform, offeredArgs, planRetarget, platformFacts } from './plan-retarget.js'
import { PLATFORM_IDS } from './platform.js'
import { platform } from './platforms.js'
import { retargetPlanSchema } from './retarget-plan.js'

const OCK = { family: 'ock', arch: 'x86_64' } as const
const RHEL = { family: 'rhel-like', arch: 'x86_64' } as const

function file(kind: BootFileKind, path: string, text: string): BootFile {
  return { id: `2:${path}`, kind, partition: 2, path, realPath: path, text, encoding: 'utf8', sha256: '', problem: null }
}

function entry(args: string, more: Partial<BootEntry> = {}): BootEntry {
  const list = args.split(' ')
  return {
    id: '2:/loader/entries/a.conf',
    loader: 'bls',
    file: '2:/loader/entries/a.conf',
    partition: 2,
    path: '/loader/entries/a.conf',
    realPath: '/loader/entries/a.conf',
    title: 'A',
    submenu: [],
    version: null,
    linux: '/vmlinuz',
    efi: null,
    initrds: ['/initramfs'],
    devicetree: null,
    sortKey: null,
    machineId: null,
    counter: null,
    enabled: true,
    args: list,
    origins: list.map(() => 0),
    sources: [],
    isDefault: true,
    defaultReason: null,
    problem: null,
    ...more,
  }
}

const BLS = 'title A\nlinux /vmlinuz\ninitrd /initramfs\noptions ro ignition.platform.id=qemu console=ttyS0 root=UUID=1\n'

describe('each file that holds arguments', () => {
  test('a BLS entry: the id and the consoles in their places', () => {
    const boot = {
      files: [file('bls-entry', '/loader/entries/a.conf', BLS)],
      entries: [entry('ro ignition.platform.id=qemu console=ttyS0')],
    }
    const plan = planRetarget(boot, 'vmware', OCK)
    expect(plan.files.map(({ text }) => text)).toEqual([
      'title A\nlinux /vmlinuz\ninitrd /initramfs\noptions ro ignition.platform.id=vmware console=ttyS0,115200n8 console=tty0 root=UUID=1\n',
    ])
    expect(plan.files[0]?.lists).toMatchObject([{ what: 'options', leaves: ['ignition.platform.id=qemu', 'console=ttyS0'], moves: [] }])
    expect(plan.reasons.get('console=tty0')).toContain('primary')
  })

  test('entries that name $kernelopts: grubenv changes, and keeps its 1024 bytes and the blank at its end', () => {
    const env = '# GRUB Environment Block\nsaved_entry=a\nkernelopts=root=UUID=1 ro console=tty0 console=ttyS0,115200n8 \n'.padEnd(
      1024,
      '#',
    )
    const bls = 'title A\nlinux /vmlinuz\noptions $kernelopts $tuned_params\n'
    const boot = {
      files: [file('bls-entry', '/loader/entries/a.conf', bls), file('grubenv', '/grub2/grubenv', env)],
      entries: [entry('root=UUID=1 ro console=tty0 console=ttyS0,115200n8')],
    }
    const plan = planRetarget(boot, 'vmware', RHEL)
    expect(plan.files.map((planned) => planned.file.kind)).toEqual(['grubenv'])
    const text = plan.files[0]?.text ?? ''
    expect(text).toContain('kernelopts=root=UUID=1 ro console=ttyS0,115200n8 console=tty0 \n')
    expect(text).toHaveLength(1024)
  })

  test('a grubenv whose kernelopts no entry names stays', () => {
    const env = '# GRUB Environment Block\nkernelopts=console=ttyS0\n'.padEnd(1024, '#')
    expect(planRetarget({ files: [file('grubenv', '/grub2/grubenv', env)], entries: [] }, 'vmware', RHEL).files).toEqual([])
  })

  test('menu entries of a GRUB script, but for a memory test', () => {
    const cfg = [
      "menuentry 'Debian' {\n\tlinux /vmlinuz root=UUID=1 ro console=tty0\n\tinitrd /initrd.img\n}",
      "menuentry 'Memory test' {\n\tlinux16 /memtest86+.bin\n}\n",
    ].join('\n')
    const plan = planRetarget({ files: [file('grub-cfg', '/grub/grub.cfg', cfg)], entries: [] }, 'azure', {
      family: 'debian',
      arch: 'x86_64',
    })
    expect(plan.files[0]?.text).toBe(cfg.replace('ro console=tty0', 'ro console=tty0 console=ttyS0,115200n8 rootdelay=300'))
  })

  test('labels of extlinux', () => {
    const text = 'DEFAULT a\nLABEL a\n  LINUX /vmlinuz\n  INITRD /initrd\n  APPEND root=LABEL=root console=ttyS0\n'
    const plan = planRetarget({ files: [file('extlinux', '/extlinux.conf', text)], entries: [] }, 'vmware', {
      family: 'other',
      arch: 'x86_64',
    })
    expect(plan.files[0]?.text).toBe(text.replace('console=ttyS0', 'console=ttyS0,115200n8 console=tty0'))
  })

  test('where later kernels take their arguments from', () => {
    const boot = {
      files: [
        file('kernel-cmdline', '/etc/kernel/cmdline', 'root=UUID=1 console=ttyS0\n'),
        file(
          'grub-default',
          '/etc/default/grub',
          'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX="console=ttyS0 resume=x"\nGRUB_CMDLINE_LINUX_DEFAULT="quiet rhgb"\n',
        ),
      ],
      entries: [entry('root=UUID=1 console=ttyS0 quiet')],
    }
    const plan = planRetarget(boot, 'azure', RHEL)
    expect(plan.files.map(({ text }) => text)).toEqual([
      'root=UUID=1 console=tty0 console=ttyS0,115200n8 rootdelay=300\n',
      'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX="console=tty0 console=ttyS0,115200n8 resume=x"\nGRUB_CMDLINE_LINUX_DEFAULT="rootdelay=300"\n',
    ])
  })

  test('a unified kernel image is left to its own writer', () => {
    const uki = entry('root=UUID=1 console=ttyS0', { loader: 'uki' })
    const signed = entry('root=UUID=1 console=ttyS0', { loader: 'uki', id: 'signed', problem: 'It is signed' })
    const plan = planRetarget({ files: [], entries: [uki, signed] }, 'vmware', { family: 'arch', arch: 'x86_64' })
    expect(plan.ukis).toEqual([{ entry: uki, args: ['root=UUID=1', 'console=ttyS0,115200n8', 'console=tty0'] }])
  })

  test('what cannot be rewritten stays, with a note', () => {
    const broken = file('kernel-cmdline', '/etc/kernel/cmdline', 'console="tty0\n')
    const closed = { ...file('bls-entry', '/loader/entries/b.conf', BLS), problem: 'It is signed' }
    const plan = planRetarget({ files: [broken, closed], entries: [] }, 'vmware', RHEL)
    expect(plan.files).toEqual([])
    expect(plan.notes).toHaveLength(2)
    expect(plan.notes[1]).toContain('It is signed')
  })
})

describe('the console block of GRUB', () => {
  const cfg = 'a\n# CONSOLE-SETTINGS-START\nterminal_input console\n# CONSOLE-SETTINGS-END\nblscfg\n'
  const files = [file('grub-cfg', '/grub2/grub.cfg', cfg)]

  test('gets the lines of the platform', () => {
    const plan = planRetarget({ files, entries: [] }, 'vmware', OCK)
    expect(plan.consoleBlocks).toEqual([
      {
        file: '2:/grub2/grub.cfg',
        before: ['terminal_input console'],
        after: ['serial --speed=115200', 'terminal_input serial console', 'terminal_output serial console'],
      },
    ])
    expect(plan.files[0]?.text).toContain('START\nserial --speed=115200\n')
  })

  test('stays where nothing is known, and is emptied where the platform wants none', () => {
    expect(planRetarget({ files, entries: [] }, 'oci', OCK).files).toEqual([])
    expect(planRetarget({ files, entries: [] }, 'azure', OCK).files[0]?.text).toBe(cfg.replace('terminal_input console\n', ''))
  })

  test("the image's own table wins", () => {
    const own = file('platforms-json', '/coreos/platforms.json', '{"vmware": {"grub_commands": ["serial --unit=3"]}}')
    const plan = planRetarget({ files: [...files, own], entries: [] }, 'vmware', OCK)
    expect(plan).toMatchObject({ ownTable: true, consoleBlocks: [{ after: ['serial --unit=3'] }] })
    const damaged = { ...own, text: '{' }
    const without = planRetarget({ files: [...files, damaged], entries: [] }, 'vmware', OCK)
    expect(without).toMatchObject({ ownTable: false, consoleBlocks: [{ after: { length: 3 } }] })
    expect(without.notes[0]).toContain('platforms.json')
  })
})

test.each(PLATFORM_IDS)('planning %s again for what it made changes nothing', (to) => {
  const files = [
    file('bls-entry', '/loader/entries/a.conf', BLS),
    file('kernel-cmdline', '/etc/kernel/cmdline', 'root=UUID=1 quiet\n'),
    file('grub-default', '/etc/default/grub', 'GRUB_CMDLINE_LINUX="console=ttyS0"\nGRUB_CMDLINE_LINUX_DEFAULT="quiet console=tty0"\n'),
    file('grub-cfg', '/grub2/grub.cfg', '# CONSOLE-SETTINGS-START\n# CONSOLE-SETTINGS-END\n'),
  ]
  for (const image of [OCK, RHEL]) {
    const first = planRetarget({ files, entries: [entry('ignition.platform.id=qemu')] }, to, image)
    const written = files.map((each) => ({ ...each, text: first.files.find(({ file: { id } }) => id === each.id)?.text ?? each.text }))
    const id = /ignition\.platform\.id=\S+/.exec(written[0]?.text ?? '')?.[0] ?? ''
    expect(planRetarget({ files: written, entries: [entry(id)] }, to, image).files).toEqual([])
  }
})

test('the platform that an image is made for now', () => {
  const other = entry('ignition.platform.id=qemu', { isDefault: false })
  expect(currentPlatform([other, entry('quiet ignition.platform.id=oci')], 'ock')?.id).toBe('oci')
  expect(currentPlatform([other, entry('quiet')], 'ock')?.id).toBe('libvirt')
  expect(currentPlatform([entry('quiet')], 'debian')).toBeNull()
})

test('entries before and after, with reasons', () => {
  const before = [entry('ro console=tty0 console=ttyS0 id=1')]
  const after = [entry('ro console=ttyS0 console=tty0 id=2')]
  expect(compareEntries(before, after, new Map([['id=2', 'because']]))).toMatchObject([
    { leaves: ['id=1'], arrives: ['id=2'], moves: { length: 1 }, consoles: ['ttyS0', 'tty0'], ignitionId: null, problem: null },
  ])
})

test.each(PLATFORM_IDS)('facts of %s fit the schema', (id) => {
  expect(() => retargetPlanSchema.shape.platform.parse(platformFacts(platform(id)))).not.toThrow()
  expect(offeredArgs(id, 'x86_64').every(({ why }) => why !== '')).toBe(true)
})
