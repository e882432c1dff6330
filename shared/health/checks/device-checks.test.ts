import { expect, test } from 'vitest'
import { type FstabFact, known, unknown } from '../facts.js'
import { ESP, findingsOf, healthyFacts, ROOT, ROOT_UUID, samplePartition, sampleEntry, severitiesOf } from '../testing/sample-facts.js'

const ENTRY = healthyFacts().entries[0]?.id ?? ''
const device = (key: string, spec: string, partition: number | null = null) =>
  healthyFacts({ argDevices: new Map([[ENTRY, [{ key, spec, partition }]]]) })
const mount = (spec: string, mountPoint: string, more: Partial<FstabFact> & { options?: string[]; type?: string } = {}) =>
  healthyFacts({
    fstab: known([
      { row: { spec, mountPoint, type: more.type ?? 'ext4', options: more.options ?? [] }, partition: null, isDisk: true, ...more },
    ]),
  })

test.each(['root-device', 'unstable-root', 'fstab-device', 'unstable-fstab', 'boot-loader-search'])(
  '%s passes for a healthy image',
  (check) => {
    expect(severitiesOf(check, healthyFacts())).toEqual(['pass'])
  },
)

test('root= that names nothing here: boots from the root of the system instead', () => {
  const lost = device('root', 'UUID=00000000-dead-4000-8000-000000000000')
  expect(findingsOf('root-device', lost)).toMatchObject([
    {
      severity: 'error',
      fix: [{ kind: 'kernel-args', entry: ENTRY, changes: [{ op: 'replace', key: 'root', to: `UUID=${ROOT_UUID}` }] }],
    },
  ])
  expect(findingsOf('root-device', { ...lost, tree: unknown('x') })).toMatchObject([{ severity: 'error', fix: [] }])
  expect(severitiesOf('root-device', device('root', '/dev/mapper/vg-root'))).toEqual(['pass'])
  expect(severitiesOf('root-device', healthyFacts({ argDevices: new Map() }))).toEqual([])
})

test('another entry that finds no root is a warning', () => {
  const entries = [...healthyFacts().entries, sampleEntry('', { id: 'other', isDefault: false })]
  const argDevices = new Map([['other', [{ key: 'root', spec: 'LABEL=gone', partition: null }]]])
  expect(severitiesOf('root-device', healthyFacts({ entries, argDevices }))).toEqual(['warning'])
})

test('resume= that names nothing is removed', () => {
  expect(findingsOf('other-devices', device('resume', 'UUID=gone'))).toMatchObject([
    { severity: 'warning', fix: [{ changes: [{ op: 'delete', arg: 'resume=UUID=gone' }] }] },
  ])
  expect(severitiesOf('other-devices', device('resume', `UUID=${ROOT_UUID}`, 3))).toEqual(['pass'])
})

test.each(['/dev/sda3', '/dev/vda3', '/dev/nvme0n1p3', '/dev/xvda3', '/dev/mmcblk0p3'])('root=%s depends on the driver', (spec) => {
  expect(findingsOf('unstable-root', device('root', spec, 3))).toMatchObject([
    { severity: 'warning', fix: [{ changes: [{ from: spec, to: `UUID=${ROOT_UUID}` }] }] },
  ])
})

test('a mount of what is not there: by its UUID, where it is clear which', () => {
  expect(findingsOf('fstab-device', mount('UUID=gone', '/'))).toMatchObject([
    { severity: 'error', id: 'fstab-device:/', fix: [{ kind: 'fstab-device', mountPoint: '/', device: `UUID=${ROOT_UUID}` }] },
  ])
  expect(findingsOf('fstab-device', mount('UUID=gone', '/boot/efi'))).toMatchObject([{ fix: [{ device: 'UUID=1A2B-3C4D' }] }])
  const named = { ...mount('UUID=gone', '/boot'), partitions: [ESP, ROOT, samplePartition(4, { name: 'boot' })] }
  expect(findingsOf('fstab-device', named)).toMatchObject([{ fix: [{ device: 'UUID=00000004-0000-4000-8000-000000000000' }] }])
  expect(findingsOf('fstab-device', mount('UUID=gone', '/data'))).toMatchObject([{ severity: 'error', fix: [] }])
})

test('a mount that may fail, and swap, are warnings', () => {
  expect(severitiesOf('fstab-device', mount('UUID=gone', '/data', { options: ['nofail'] }))).toEqual(['warning'])
  expect(severitiesOf('fstab-device', mount('UUID=gone', 'none', { type: 'swap' }))).toEqual(['warning'])
  expect(severitiesOf('fstab-device', mount('/dev/mapper/vg-data', '/data'))).toEqual(['pass'])
  expect(severitiesOf('fstab-device', healthyFacts({ fstab: unknown('x') }))).toEqual(['info'])
})

test('a mount of /dev/sda3', () => {
  expect(findingsOf('unstable-fstab', mount('/dev/sda3', '/', { partition: 3 }))).toMatchObject([
    { severity: 'warning', fix: [{ device: `UUID=${ROOT_UUID}` }] },
  ])
})

test('GRUB searches for what is not there', () => {
  const lost = { key: 'search --label', spec: 'LABEL=boot', partition: null }
  const there = { key: 'search --fs-uuid', spec: `UUID=${ROOT_UUID}`, partition: 3 }
  expect(severitiesOf('boot-loader-search', healthyFacts({ searches: new Map([['1:/grub.cfg', [lost]]]) }))).toEqual(['error'])
  expect(severitiesOf('boot-loader-search', healthyFacts({ searches: new Map([['1:/grub.cfg', [lost, there]]]) }))).toEqual(['warning'])
  expect(severitiesOf('boot-loader-search', healthyFacts({ searches: new Map() }))).toEqual([])
})
