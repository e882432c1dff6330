import { expect, test } from 'vitest'
import { PLATFORM_IDS } from '../platforms/platform.js'
import { metadataServiceOf } from './guest-metadata.js'
import { problemOfMachine } from './machine-arch.js'
import { machinePreset } from './machine-presets.js'

test.each(PLATFORM_IDS)('%s: where its strings come from is told, and nothing is said to be missing that can be had', (id) => {
  const { source, note } = machinePreset(id)
  expect(source).not.toBe('')
  if (metadataServiceOf(id) !== undefined) expect(note ?? '').not.toMatch(/metadata/)
})

test('cloud-init knows a machine of AWS by its serial number, which is its UUID too', () => {
  const { serial, uuid } = machinePreset('aws').smbios['1'] ?? {}
  expect(serial).toMatch(/^ec2/)
  expect(uuid).toBe(serial)
})

test('a platform without a row is a plain machine', () => {
  expect(machinePreset('metal')).toEqual(machinePreset(undefined))
  expect(machinePreset('metal').smbios).toEqual({})
})

test.each(PLATFORM_IDS)('%s with a processor of 64-bit ARM has only what its machine has', (id) => {
  const { machine, diskBus, scsiController, nic, source } = machinePreset(id, 'aarch64')
  expect(problemOfMachine('aarch64', { machine, diskBus, firmware: 'auto' })).toBeNull()
  expect([machine, scsiController, nic, source === '']).toEqual(['virt', 'virtio-scsi-pci', 'virtio-net-pci', false])
})

test('clouds that have machines of 64-bit ARM show their names', () => {
  expect(machinePreset('aws', 'aarch64').smbios['1']).toMatchObject({ manufacturer: 'Amazon EC2', product: 'm6g.large' })
  expect(machinePreset('aws').smbios['1']).toMatchObject({ product: 'm5.large' })
  expect(machinePreset('oci', 'aarch64')).toMatchObject({ diskBus: 'scsi', note: null, smbios: machinePreset('oci').smbios })
  expect(machinePreset('vmware', 'aarch64').note).toMatch(/virtio\. VMware's guestinfo/)
  expect(machinePreset(undefined, 'aarch64')).toMatchObject({ smbios: {}, note: null })
})
