import { expect, test } from 'vitest'
import { otherMembers, snapshotChoices, sourceFacts, warningsOf } from './source-words.js'
import { MIB, sampleReport } from './testing/samples.js'

const ova = sampleReport('/a/machine.ova', {
  kind: 'ova',
  label: 'OVA (VMware)',
  disks: [
    { member: 'disk1.vmdk', label: 'VMDK streamOptimized', virtualBytes: 1024 * MIB, packedBytes: 100 * MIB },
    { member: 'disk2.vmdk', label: null, virtualBytes: null, packedBytes: 20 * MIB },
  ],
  manifest: { state: 'differs', detail: 'SHA-256 of disk1.vmdk differs' },
  notes: [
    { severity: 'note', text: 'two disks' },
    { severity: 'warning', text: 'no firmware named' },
  ],
})

test('facts say what it is, what the guest sees and what is stored', () => {
  expect(sourceFacts(sampleReport('/a/boot.qcow2'), null)).toBe('15 GiB, 700 MiB of data · qcow2 v3')
  expect(sourceFacts(ova, null)).toBe('1 GiB, 100 MiB packed · OVA (VMware), VMDK streamOptimized')
  expect(sourceFacts(ova, 'disk2.vmdk')).toBe('20 MiB packed · OVA (VMware)')
})

test('warnings begin with a manifest that differs; notes are no warnings', () => {
  expect(warningsOf(ova)).toEqual(['SHA-256 of disk1.vmdk differs', 'no firmware named'])
})

test('disks that no row takes are offered, and only where there are several', () => {
  expect(otherMembers(ova, ['disk1.vmdk'])).toEqual(['disk2.vmdk'])
  expect(otherMembers(ova, ['disk1.vmdk', 'disk2.vmdk'])).toEqual([])
  expect(otherMembers(sampleReport('/a/x.qcow2'), [])).toEqual([])
})

test('the present state comes first, then snapshots, newest first', () => {
  const snapshot = (id: string, name: string) => ({ id, name, createdAt: '2026-01-02T03:04:05Z', stateBytes: 0 })
  const report = sampleReport('/a/x.qcow2', { snapshots: [snapshot('1', 'fresh'), snapshot('2', '')] })
  expect(snapshotChoices(report)).toEqual([
    { value: '', label: 'Present state' },
    { value: '2', label: 'snapshot 2, 2026-01-02' },
    { value: '1', label: 'fresh, 2026-01-02' },
  ])
})
