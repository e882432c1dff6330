import { expect, test } from 'vitest'
import { providerForm } from './forms.js'
import { completeValues, preparationOf, uploadSteps } from './preparation.js'
import type { SourceFacts } from './source-facts.js'
import { sampleFacts } from './testing/sample-facts.js'

const FACTS = sampleFacts({ firmware: 'bios' })
const EDIT = { kind: 'remove-argument' as const, entry: 'all', argument: 'quiet' } as never
const VSPHERE = { method: 'library', library: 'images', cpus: 8, memoryMib: 2048, hardwareVersion: 20, diskController: 'nvme' }

test('what was chosen of the machine is in the OVA that is made', () => {
  const form = providerForm('vsphere')
  const values = completeValues(form, VSPHERE, FACTS)
  expect(preparationOf(form.payload(values, FACTS), { facts: FACTS, edits: [] })).toEqual({
    kind: 'convert',
    artifact: 'vmware-ova',
    format: 'vmdk',
    subformat: 'streamOptimized',
    machine: { firmware: 'bios', cpus: 8, memoryMib: 2048, hardwareVersion: 20, diskController: 'nvme' },
  })
})

test('what is that already is not made anew, unless it is edited', () => {
  const payload = { kind: 'artifact', artifact: 'openstack-qcow2' } as const
  expect(preparationOf(payload, { facts: FACTS, edits: [] })).toEqual({ kind: 'none' })
  expect(preparationOf(payload, { facts: FACTS, edits: [EDIT] })).toMatchObject({ kind: 'convert', machine: null })
  expect(preparationOf({ kind: 'artifact', artifact: 'openstack-raw' }, { facts: FACTS, edits: [] })).toMatchObject({
    kind: 'convert',
    format: 'raw',
  })
})

test('a disk is read where it is, through its edits, or unpacked', () => {
  const kinds = [
    preparationOf({ kind: 'disk' }, { facts: FACTS, edits: [] }),
    preparationOf({ kind: 'disk' }, { facts: FACTS, edits: [EDIT] }),
    preparationOf({ kind: 'disk' }, { facts: { ...FACTS, format: null }, edits: [] }),
  ].map(({ kind }) => kind)
  expect(kinds).toEqual(['none', 'overlay', 'unpack'])
})

test('files that are no disks are sent as they are', () => {
  expect(preparationOf({ kind: 'source' }, { facts: { ...FACTS, kind: 'squashfs', format: null }, edits: [] })).toEqual({ kind: 'none' })
})

test('the conversion is the first step, where there is one', () => {
  const titles = (facts: SourceFacts) =>
    uploadSteps(providerForm('vsphere'), { values: VSPHERE, facts, edits: [] }).map(({ title }) => title)
  expect(titles(FACTS)[0]).toBe('Convert to VMware ESXi OVA')
  expect(titles({ ...FACTS, kind: 'ova' })[0]).toBe('Make the library item')
})
