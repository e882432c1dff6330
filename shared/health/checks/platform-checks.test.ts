import { expect, test } from 'vitest'
import { known, unknown } from '../facts.js'
import { ESP, findingsOf, healthyFacts, ROOT, sampleEntry, samplePartition, severitiesOf } from '../testing/sample-facts.js'

const image = healthyFacts().image
const ROOT_ARG = 'root=UUID=1 ro'
const IGNITION = healthyFacts({ entries: [sampleEntry(`${ROOT_ARG} ignition.platform.id=azure`)], family: 'ock' })

test.each([
  'platform-size',
  'platform-format',
  'platform-firmware',
  'encrypted-root',
  'lvm-root',
  'swap-on-system-disk',
  'agents',
  'consoles',
  'platform-arguments',
  'storage-drivers',
])('%s passes for a healthy image on Azure, and says nothing without a platform', (check) => {
  expect(severitiesOf(check, healthyFacts(), 'azure')).toEqual(['pass'])
  expect(severitiesOf(check, healthyFacts())).toEqual([])
})

test('a size that is not taken', () => {
  const odd = healthyFacts({ image: { ...image, virtualBytes: 10 * 1024 ** 3 + 512 } })
  expect(findingsOf('platform-size', odd, 'azure')).toMatchObject([
    { severity: 'error', id: 'platform-size:not-aligned', text: expect.stringContaining('Grow') },
  ])
  expect(findingsOf('platform-size', odd, 'gcp')).toMatchObject([{ id: 'platform-size:not-whole-gib' }])
  expect(severitiesOf('platform-size', healthyFacts({ image: { ...image, virtualBytes: 2 * 1024 ** 4 } }), 'azure')).toEqual(['error'])
})

test('a format and a firmware that are not taken', () => {
  expect(severitiesOf('platform-format', healthyFacts({ image: { ...image, format: 'vhdx', variant: 'dynamic' } }), 'azure')).toEqual([
    'warning',
  ])
  expect(severitiesOf('platform-firmware', healthyFacts({ image: { ...image, firmware: 'uefi' } }), 'digitalocean')).toEqual(['error'])
})

test('encrypted partitions, LVM and swap where they are not wanted', () => {
  const partition = (kind: 'luks' | 'lvm' | 'swap') =>
    samplePartition(4, { filesystem: { kind, type: kind, label: null, uuid: null, usedBytes: null } })
  expect(severitiesOf('encrypted-root', healthyFacts({ partitions: [ESP, partition('luks')] }), 'aws')).toEqual(['error'])
  expect(severitiesOf('encrypted-root', healthyFacts({ partitions: [partition('luks')] }), 'libvirt')).toEqual([])
  expect(severitiesOf('lvm-root', healthyFacts({ partitions: [partition('lvm')] }), 'azure')).toEqual(['warning'])
  expect(severitiesOf('swap-on-system-disk', healthyFacts({ partitions: [partition('swap')] }), 'azure')).toEqual(['warning'])
  const file = known([{ row: { spec: '/swapfile', mountPoint: 'none', type: 'swap', options: [] }, partition: null, isDisk: false }])
  expect(findingsOf('swap-on-system-disk', healthyFacts({ fstab: file }), 'azure')).toMatchObject([
    { severity: 'warning', evidence: ['fstab: /swapfile'] },
  ])
})

test('DigitalOcean takes ext only', () => {
  expect(severitiesOf('root-filesystem-type', healthyFacts(), 'digitalocean')).toEqual(['pass'])
  const xfs = { ...ROOT, filesystem: { ...ROOT.filesystem, kind: 'xfs', type: 'xfs' } as typeof ROOT.filesystem }
  expect(severitiesOf('root-filesystem-type', healthyFacts({ partitions: [xfs] }), 'digitalocean')).toEqual(['error'])
  expect(severitiesOf('root-filesystem-type', healthyFacts({ tree: unknown('x') }), 'digitalocean')).toEqual(['info'])
  expect(severitiesOf('root-filesystem-type', healthyFacts({ partitions: [xfs] }), 'aws')).toEqual([])
})

test('nothing that sets the machine up, and an agent that is only recommended', () => {
  const none = healthyFacts({
    agents: known(
      new Map([
        ['cloud-init', false],
        ['WALinuxAgent', false],
      ]),
    ),
  })
  expect(severitiesOf('agents', none, 'azure')).toEqual(['warning'])
  expect(severitiesOf('agents', healthyFacts(), 'vmware')).toEqual(['info'])
  expect(severitiesOf('agents', IGNITION, 'vmware')).toEqual(['pass'])
})

test('Ignition has to look in the right place', () => {
  expect(severitiesOf('ignition-id', IGNITION, 'azure')).toEqual(['pass'])
  expect(findingsOf('ignition-id', IGNITION, 'oci')).toMatchObject([
    { severity: 'error', text: expect.stringContaining('=oci'), fix: [{ kind: 'retarget', platform: 'oci' }] },
  ])
  expect(findingsOf('ignition-id', { ...IGNITION, family: 'fcos' }, 'oci')).toMatchObject([
    { text: expect.stringContaining('=oraclecloud') },
  ])
  expect(severitiesOf('ignition-id', IGNITION)).toEqual(['info'])
  expect(severitiesOf('ignition-id', healthyFacts({ family: 'ock', entries: [sampleEntry(ROOT_ARG)] }))).toEqual(['warning'])
  expect(severitiesOf('ignition-id', healthyFacts(), 'azure')).toEqual([])
})

test('consoles: serial there and last where the platform wants it', () => {
  const consoles = (args: string) => healthyFacts({ entries: [sampleEntry(`${ROOT_ARG} ${args}`)] })
  expect(findingsOf('consoles', consoles('console=tty0'), 'azure')).toMatchObject([
    { severity: 'warning', title: expect.stringContaining('ttyS0'), fix: [{ kind: 'retarget' }] },
  ])
  expect(findingsOf('consoles', consoles('console=ttyS0 console=tty0'), 'azure')).toMatchObject([
    { severity: 'warning', title: expect.stringContaining('primary') },
  ])
  expect(severitiesOf('consoles', consoles('console=ttyS0 console=tty0'), 'vmware')).toEqual(['pass'])
  expect(severitiesOf('consoles', consoles('console=tty0'), 'vmware')).toEqual(['info'])
  expect(severitiesOf('consoles', consoles('console=ttyS0'), 'hyperv')).toEqual(['info'])
  expect(severitiesOf('consoles', consoles(''), 'hyperv')).toEqual(['pass'])
  expect(severitiesOf('consoles', consoles(''), 'oci')).toEqual([])
})

test('other arguments that the platform recommends', () => {
  const text = `title a\nlinux /vmlinuz\noptions ${ROOT_ARG} quiet\n`
  const path = '/loader/entries/a.conf'
  const file = {
    id: `3:${path}`,
    kind: 'bls-entry',
    partition: 3,
    path,
    realPath: path,
    text,
    encoding: 'utf8',
    sha256: '',
    problem: null,
  } as const
  expect(findingsOf('platform-arguments', healthyFacts({ files: [file] }), 'azure')).toMatchObject([
    { severity: 'info', evidence: ['- quiet', '+ rootdelay=300'], fix: [{ kind: 'retarget', platform: 'azure' }] },
  ])
})

test('drivers: in the initial RAM disk or in the kernel, any of the alternatives', () => {
  const initramfs = (modules: string[], builtin: string[] = []) =>
    healthyFacts({ initramfs: known({ entry: 'a', modules: new Set(modules), builtin: new Set(builtin), hasIgnition: false }) })
  expect(severitiesOf('storage-drivers', initramfs(['virtio_scsi'], ['virtio_pci']), 'libvirt')).toEqual(['pass'])
  expect(findingsOf('storage-drivers', initramfs([], ['virtio_pci']), 'libvirt')).toMatchObject([
    { severity: 'error', title: 'One of virtio_blk, virtio_scsi is missing' },
  ])
  expect(severitiesOf('storage-drivers', initramfs([]), 'azure')).toEqual(['error', 'error'])
  expect(severitiesOf('storage-drivers', healthyFacts({ initramfs: unknown('x') }), 'azure')).toEqual(['info'])
})

test('network drivers matter when the first boot fetches its configuration', () => {
  const facts = { ...IGNITION, initramfs: known({ entry: 'a', modules: new Set<string>(), builtin: new Set<string>(), hasIgnition: true }) }
  expect(severitiesOf('network-drivers', facts, 'azure')).toEqual(['warning'])
  expect(severitiesOf('network-drivers', { ...facts, initramfs: healthyFacts().initramfs }, 'azure')).toEqual(['pass'])
  expect(severitiesOf('network-drivers', healthyFacts(), 'azure')).toEqual([])
})

test('Ignition has to be in the initial RAM disk', () => {
  expect(severitiesOf('ignition-in-initramfs', IGNITION)).toEqual(['warning'])
  const there = known({ entry: 'a', modules: new Set<string>(), builtin: new Set<string>(), hasIgnition: true })
  expect(severitiesOf('ignition-in-initramfs', { ...IGNITION, initramfs: there })).toEqual(['pass'])
  expect(severitiesOf('ignition-in-initramfs', healthyFacts())).toEqual([])
})
