import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OS_FAMILIES } from './os-family.js'
import { ignitionIdFor, PLATFORM_ARCHES, PLATFORM_IDS } from './platform.js'
import { platform } from './platforms.js'
import { parsePlatformsJson } from './platforms-json.js'
import { grubConsoleFor, type RetargetContext, retargetArgs } from './retarget.js'

const OCK_ARGS =
  'rw ip=dhcp rd.neednet=1 ignition.platform.id=qemu ignition.firstboot=1 systemd.firstboot=off crashkernel=auto console=ttyS0 root=UUID=0a1b rd.timeout=120 ostree=/ostree/boot.1/ock/abc/0'.split(
    ' ',
  )
const FCOS_ARGS =
  'mitigations=auto,nosmt ignition.platform.id=qemu console=tty0 console=ttyS0,115200n8 $ignition_firstboot root=UUID=1 rw rootflags=prjquota'.split(
    ' ',
  )

const OCK: RetargetContext = { family: 'ock', arch: 'x86_64', fromId: null, platformsJson: null, ignition: true }
const FCOS: RetargetContext = { ...OCK, family: 'fcos' }
const DEBIAN: RetargetContext = { ...OCK, family: 'debian', ignition: false }

const FCOS_JSON = parsePlatformsJson(
  JSON.stringify({
    qemu: { grub_commands: ['serial --speed=115200'], kernel_arguments: ['console=tty0', 'console=ttyS0,115200n8'] },
    vmware: { grub_commands: ['serial --speed=9600'], kernel_arguments: ['console=ttyS3,9600', 'console=tty0', 'vmw=1'] },
    azure: { kernel_arguments: ['console=tty0', 'console=ttyS0,115200n8'] },
    nutanix: { grub_commands: ['serial'] },
  }),
  'x86_64',
)

describe('Oracle Container Host', () => {
  test('from QEMU to VMware: the id in its place, the consoles in theirs', () => {
    const plan = retargetArgs(OCK_ARGS, 'vmware', OCK)
    expect(plan.args.join(' ')).toBe(
      'rw ip=dhcp rd.neednet=1 ignition.platform.id=vmware ignition.firstboot=1 systemd.firstboot=off crashkernel=auto console=ttyS0,115200n8 console=tty0 root=UUID=0a1b rd.timeout=120 ostree=/ostree/boot.1/ock/abc/0',
    )
    expect(plan.leaves).toEqual(['ignition.platform.id=qemu', 'console=ttyS0'])
    expect(plan.arrives).toEqual(['ignition.platform.id=vmware', 'console=ttyS0,115200n8', 'console=tty0'])
    expect(plan).toMatchObject({ moves: [], ignitionId: 'vmware', consoles: ['ttyS0,115200n8', 'tty0'] })
    expect(plan.reasons.map((reason) => reason.arg)).toEqual([...plan.leaves, ...plan.arrives])
    expect(plan.reasons.at(-1)?.why).toContain('primary')
  })

  test('Oracle’s cloud is `oci` here, and consoles stay', () => {
    const plan = retargetArgs(OCK_ARGS, 'oci', OCK)
    expect(plan).toMatchObject({ ignitionId: 'oci', consoles: ['ttyS0'], leaves: ['ignition.platform.id=qemu'] })
    expect(plan.arrives).toEqual(['ignition.platform.id=oci'])
  })

  test('OLVM is `openstack` with the screen as primary console', () => {
    expect(retargetArgs(OCK_ARGS, 'ovirt', OCK)).toMatchObject({ ignitionId: 'openstack', consoles: ['ttyS0,115200n8', 'tty0'] })
  })

  test('its own table lists only QEMU: ours is used for the rest', () => {
    const own = parsePlatformsJson('{"qemu": {"kernel_arguments": ["console=tty0", "console=ttyS0,115200n8"]}}', 'x86_64')
    expect(retargetArgs(OCK_ARGS, 'vmware', { ...OCK, platformsJson: own }).consoles).toEqual(['ttyS0,115200n8', 'tty0'])
  })
})

describe('Fedora CoreOS', () => {
  test('Oracle’s cloud is `oraclecloud` here', () => {
    expect(retargetArgs(FCOS_ARGS, 'oci', FCOS)).toMatchObject({ ignitionId: 'oraclecloud', consoles: ['tty0', 'ttyS0,115200n8'] })
  })

  test('only the order of consoles changes: that is said', () => {
    const plan = retargetArgs(FCOS_ARGS, 'vmware', FCOS)
    expect(plan.consoles).toEqual(['ttyS0,115200n8', 'tty0'])
    expect(plan.leaves).toEqual(['ignition.platform.id=qemu'])
    expect(plan.moves).toHaveLength(1)
    expect(plan.reasons.find((reason) => reason.arg === plan.moves[0])?.why).toContain('order')
  })

  test('the image’s own table wins over ours', () => {
    const there = retargetArgs(FCOS_ARGS, 'vmware', { ...FCOS, platformsJson: FCOS_JSON })
    expect(there.consoles).toEqual(['ttyS3,9600', 'tty0'])
    expect(there.args.at(-1)).toBe('vmw=1')
    const back = retargetArgs(there.args, 'libvirt', { ...FCOS, platformsJson: FCOS_JSON })
    expect(back.args).toEqual(FCOS_ARGS)
    expect(back.leaves).toContain('vmw=1')
  })

  test('listed without kernel arguments means the kernel’s own console', () => {
    expect(retargetArgs(FCOS_ARGS, 'nutanix', { ...FCOS, platformsJson: FCOS_JSON }).consoles).toEqual([])
    expect(retargetArgs(FCOS_ARGS, 'nutanix', FCOS).consoles).toEqual(['tty0', 'ttyS0,115200n8'])
  })

  test('nothing is recommended beside its table', () => {
    expect(retargetArgs([...FCOS_ARGS, 'quiet'], 'azure', FCOS).arrives).toEqual(['ignition.platform.id=azure'])
    expect(retargetArgs(FCOS_ARGS, 'azure', { ...FCOS, extras: 'all' }).arrives).toContain('earlyprintk=ttyS0')
    expect(retargetArgs(FCOS_ARGS, 'azure', { ...FCOS, extras: 'all', arch: 'aarch64' }).arrives).not.toContain('earlyprintk=ttyS0')
  })
})

describe('without Ignition', () => {
  const args = ['root=UUID=1', 'ro', 'quiet', 'rhgb']

  test('no platform id is added', () => {
    const plan = retargetArgs(args, 'vmware', DEBIAN)
    expect(plan.ignitionId).toBeNull()
    expect(plan.args).toEqual([...args, 'console=ttyS0,115200n8', 'console=tty0'])
  })

  test('Azure: what hides messages leaves, a longer wait arrives, and leaves again', () => {
    const azure = retargetArgs(args, 'azure', DEBIAN)
    expect(azure.leaves).toEqual(['quiet', 'rhgb'])
    expect(azure.args).toEqual(['root=UUID=1', 'ro', 'console=tty0', 'console=ttyS0,115200n8', 'rootdelay=300'])
    expect(retargetArgs(azure.args, 'vmware', { ...DEBIAN, fromId: 'azure' }).leaves).toContain('rootdelay=300')
    expect(retargetArgs(args, 'azure', { ...DEBIAN, extras: 'none' }).leaves).toEqual([])
  })

  test('a value that the image’s maker chose stays', () => {
    expect(retargetArgs(['rootdelay=10'], 'azure', DEBIAN).args.filter((arg) => arg.startsWith('rootdelay'))).toEqual(['rootdelay=10'])
    expect(retargetArgs(['rootdelay=10'], 'vmware', { ...DEBIAN, fromId: 'azure' }).args).toContain('rootdelay=10')
  })
})

test('several ids become one, where the first was; also one that stands after the double dash', () => {
  const plan = retargetArgs(
    ['a', 'ignition.platform.id=qemu', 'b', 'ignition.platform.id=aws', '--', 'ignition.platform.id=gcp'],
    'oci',
    FCOS,
  )
  expect(plan.args).toEqual(['a', 'ignition.platform.id=oraclecloud', 'b', '--'])
  expect(retargetArgs(['a', '--', 'ignition.platform.id=gcp', 'b'], 'oci', FCOS).args).toEqual([
    'a',
    '--',
    'ignition.platform.id=oraclecloud',
    'b',
  ])
})

test('what arrives stays before the double dash, and consoles after it are not the kernel’s', () => {
  expect(retargetArgs(['ro', '--', 'console=x'], 'aws', FCOS).args).toEqual([
    'ro',
    'ignition.platform.id=aws',
    'console=tty0',
    'console=ttyS0,115200n8',
    '--',
    'console=x',
  ])
})

test('Hyper-V leaves the console to the kernel', () => {
  const plan = retargetArgs(OCK_ARGS, 'hyperv', OCK)
  expect(plan.consoles).toEqual([])
  expect(plan.reasons.find((reason) => reason.arg === 'console=ttyS0')?.why).toContain('kernel chooses')
})

test('in a part of a command line nothing is added', () => {
  const part = { ...OCK, addMissing: false }
  expect(retargetArgs(['$kernelopts', 'quiet'], 'vmware', part).args).toEqual(['$kernelopts', 'quiet'])
  expect(retargetArgs(['console=ttyS0', 'ignition.platform.id=qemu'], 'vmware', part).args).toEqual([
    'console=ttyS0,115200n8',
    'console=tty0',
    'ignition.platform.id=vmware',
  ])
})

test('lines for GRUB’s console block', () => {
  expect(grubConsoleFor('vmware', { ...FCOS, platformsJson: FCOS_JSON })).toEqual(['serial --speed=9600'])
  expect(grubConsoleFor('azure', { ...FCOS, platformsJson: FCOS_JSON })).toEqual([])
  expect(grubConsoleFor('aws', { ...FCOS, platformsJson: FCOS_JSON })?.[0]).toBe('serial --speed=115200')
  expect(grubConsoleFor('hyperv', { ...FCOS, platformsJson: FCOS_JSON })).toBeNull()
  expect(grubConsoleFor('aws', { ...FCOS, arch: 'aarch64' })?.[1]).toBe('terminal_input serial_efi0')
})

function kernelPart(args: readonly string[]): readonly string[] {
  return args.includes('--') ? args.slice(0, args.indexOf('--')) : args
}

const word = fc.constantFrom(
  'rw',
  'quiet',
  'rhgb',
  'root=UUID=1',
  'console=tty0',
  'console=ttyS0',
  'console=ttyS0,115200n8',
  'console=hvc0',
  'ignition.platform.id=qemu',
  'ignition.platform.id=oci',
  'ignition.platform.id=azure',
  'rootdelay=300',
  'rootdelay=7',
  'nvme_core.io_timeout=4294967295',
  'vmw=1',
  'rd.luks.uuid=a',
  'rd.luks.uuid=b',
  '--',
)
const list = fc.array(word, { maxLength: 14 })
const anyContext = fc.record({
  family: fc.constantFrom(...OS_FAMILIES),
  arch: fc.constantFrom(...PLATFORM_ARCHES),
  fromId: fc.constantFrom(null, 'qemu', 'azure', 'aws', 'libvirt', 'nowhere'),
  platformsJson: fc.constantFrom(null, FCOS_JSON),
  ignition: fc.boolean(),
  extras: fc.constantFrom('default' as const, 'all' as const, 'none' as const),
  addMissing: fc.boolean(),
})
const anyPlatform = fc.constantFrom(...PLATFORM_IDS)

test('twice is once', () => {
  fc.assert(
    fc.property(list, anyPlatform, anyContext, (args, to, context) => {
      const once = retargetArgs(args, to, context)
      const twice = retargetArgs(once.args, to, context)
      expect(twice).toMatchObject({ args: once.args, leaves: [], arrives: [], moves: [] })
      // The second time the image is known by its new name, if it has one.
      expect(retargetArgs(once.args, to, { ...context, fromId: null }).args).toEqual(once.args)
    }),
    { numRuns: 2000 },
  )
})

test('everything that is no platform’s keeps its place, and nothing comes twice', () => {
  const owned = /^(console=|ignition\.platform\.id=|rootdelay=|nvme_core|vmw=|quiet$|rhgb$)/
  fc.assert(
    fc.property(list, anyPlatform, anyContext, (args, to, context) => {
      const plan = retargetArgs(args, to, context)
      const own = platform(to).extraArgs.map((extra) => extra.arg)
      const others = (from: readonly string[]) => from.filter((arg) => !owned.test(arg) && !own.includes(arg))
      expect(others(plan.args)).toEqual(others(args))
      for (const arg of plan.arrives) {
        expect(kernelPart(args)).not.toContain(arg)
        expect(kernelPart(plan.args).filter((one) => one === arg).length).toBeLessThanOrEqual(1)
      }
      const ids = plan.args.filter((arg) => arg.startsWith('ignition.platform.id='))
      expect(ids.length).toBeLessThanOrEqual(1)
      expect(plan.ignitionId).toBe(ids.length === 0 ? null : ignitionIdFor(platform(to), context.family))
      if (context.ignition && context.addMissing) expect(ids).toHaveLength(1)
      if (!args.some((arg) => arg.startsWith('ignition.')) && !context.ignition) expect(ids).toEqual([])
    }),
    { numRuns: 2000 },
  )
})

test('the plan says exactly what changes, each with a reason', () => {
  fc.assert(
    fc.property(list, anyPlatform, anyContext, (args, to, context) => {
      const plan = retargetArgs(args, to, context)
      const changed = JSON.stringify(plan.args) !== JSON.stringify(args)
      expect(plan.leaves.length + plan.arrives.length + plan.moves.length > 0).toBe(changed)
      expect(plan.reasons).toHaveLength(plan.leaves.length + plan.arrives.length + plan.moves.length)
      expect(plan.reasons.every((reason) => reason.why !== '')).toBe(true)
    }),
  )
})
