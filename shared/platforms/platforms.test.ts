import { describe, expect, test } from 'vitest'
import { FORMATS, findSubformat } from '../images/formats.js'
import { driverName, ignitionIdFor, NETWORK_DRIVERS, PLATFORM_ARCHES, PLATFORM_IDS, type PlatformId } from './platform.js'
import { findPlatform, PLATFORMS, platform, platformOfIgnitionId } from './platforms.js'

const GIB = 1024 ** 3

describe.each(PLATFORMS.map((row) => [row.id, row] as const))('%s', (id, row) => {
  test('is complete', () => {
    expect(platform(id).id).toBe(id)
    expect(row.name).not.toBe('')
    expect(row.config).not.toBe('')
    expect(row.ignitionId.default).toMatch(/^[a-z0-9]+$/)
    expect(row.sources.length).toBeGreaterThan(0)
    expect(row.firmware.note).not.toBe('')
    for (const arch of PLATFORM_ARCHES) {
      for (const value of row.consoles[arch] ?? []) expect(value).toMatch(/^(tty0|ttyS\d|ttyAMA\d|hvc\d)(,\d+(n8)?)?$/)
      expect(new Set(row.consoles[arch] ?? []).size).toBe(row.consoles[arch]?.length ?? 0)
      for (const line of row.grubConsole[arch] ?? []) expect(line).toMatch(/^(serial|terminal_input|terminal_output) /)
    }
    for (const extra of [...row.extraArgs, ...row.removeArgs]) {
      expect(extra.arg).toMatch(/^\S+$/)
      expect(extra.why.length).toBeGreaterThan(10)
    }
  })

  test('asks for an image that qemu-img can make', () => {
    expect(row.alignmentBytes % 512).toBe(0)
    expect(row.wholeGib).toBe(row.alignmentBytes === GIB)
    if (row.image !== null) {
      expect(findSubformat(row.image.format, row.image.subformat)).toBeDefined()
      for (const option of row.image.options) expect(option).toMatch(/^\w+=\w+$/)
    }
    for (const choice of row.accepts) {
      for (const subformat of choice.subformats ?? []) expect(FORMATS[choice.format].subformats.map((one) => one.id)).toContain(subformat)
    }
  })

  test('names its drivers as rules compare them', () => {
    for (const names of row.drivers) {
      expect(names.length).toBeGreaterThan(0)
      for (const name of names) expect(driverName(name)).toBe(name)
    }
  })
})

test('there is a row for each id, once, in order', () => {
  expect(PLATFORMS.map((row) => row.id)).toEqual(PLATFORM_IDS)
  expect(new Set(PLATFORM_IDS).size).toBe(PLATFORM_IDS.length)
})

test('the researched platforms say all that a conversion, a health check and an import need', () => {
  for (const row of PLATFORMS.slice(0, PLATFORM_IDS.indexOf('akamai'))) {
    expect(row.image, row.id).not.toBeNull()
    expect(row.image?.note, row.id).not.toBe('')
    expect(row.drivers.length, row.id).toBeGreaterThan(0)
    expect(row.agents.length, row.id).toBeGreaterThan(0)
    expect(row.importSteps.length, row.id).toBeGreaterThan(0)
  }
})

const x86 = (id: PlatformId) => platform(id).consoles.x86_64
const arm = (id: PlatformId) => platform(id).consoles.aarch64

test('consoles, the last one primary', () => {
  for (const id of ['vmware', 'vmware-workstation', 'virtualbox', 'openstack', 'ovirt', 'kubevirt'] as const) {
    expect(x86(id), id).toEqual(['ttyS0,115200n8', 'tty0'])
  }
  for (const id of ['aws', 'azure', 'gcp', 'ibmcloud', 'libvirt'] as const) expect(x86(id), id).toEqual(['tty0', 'ttyS0,115200n8'])
  expect(x86('packet')).toEqual(['ttyS1,115200n8'])
  expect(x86('hyperv')).toEqual([])
  for (const id of ['oci', 'proxmox', 'nutanix', 'digitalocean', 'metal', 'zvm'] as const) expect(x86(id), id).toBeNull()
  expect(arm('aws')).toEqual(['ttyS0,115200n8'])
  expect(arm('azure')).toEqual(['tty0', 'ttyAMA0,115200n8'])
  expect(arm('openstack')).toEqual(['ttyAMA0,115200n8', 'tty0'])
  expect(arm('libvirt')).toEqual([])
  expect(arm('applehv')).toEqual(['tty0', 'hvc0'])
  expect(platform('openstack').consoles.ppc64le).toEqual(['hvc0', 'tty0'])
  expect(PLATFORMS.filter((row) => row.id !== 'hyperv').every((row) => row.consoles.s390x === null)).toBe(true)
})

test('formats, sizes and firmware', () => {
  expect(platform('vmware').image).toMatchObject({
    format: 'vmdk',
    subformat: 'streamOptimized',
    options: ['adapter_type=lsilogic', 'compat6=on'],
    container: 'ova',
  })
  expect(platform('vmware-workstation').image?.subformat).toBe('monolithicSparse')
  expect(platform('hyperv').image).toMatchObject({ format: 'vhdx', subformat: 'dynamic' })
  expect(platform('azure')).toMatchObject({ alignmentBytes: 1024 ** 2, maxBytes: 1023 * GIB, image: { format: 'vhd', subformat: 'fixed' } })
  expect(platform('aws').image).toMatchObject({ format: 'vmdk', subformat: 'streamOptimized', container: null })
  expect(platform('gcp')).toMatchObject({ wholeGib: true, image: { format: 'raw', container: 'tar.gz' } })
  expect(platform('oci')).toMatchObject({ maxBytes: 400e9, image: { format: 'qcow2', container: 'oci' } })
  expect(platform('digitalocean')).toMatchObject({ maxBytes: 100e9, firmware: { bios: true, uefi: false } })
  expect(platform('nutanix').image).toMatchObject({ format: 'qcow2', subformat: 'compressed' })
  expect(platform('kubevirt').image).toMatchObject({ format: 'qcow2', container: 'containerdisk' })
})

test('GRUB consoles: Azure has an empty block, AWS on arm64 uses the EFI serial port', () => {
  expect(platform('azure').grubConsole.x86_64).toEqual([])
  expect(platform('aws').grubConsole.aarch64?.[0]).toBe('serial --speed=115200 efi0')
  expect(platform('packet').grubConsole.x86_64?.[0]).toBe('serial --unit=1 --speed=115200')
  expect(platform('vmware').grubConsole.x86_64).toEqual([
    'serial --speed=115200',
    'terminal_input serial console',
    'terminal_output serial console',
  ])
})

test('what Ignition calls a platform depends on the system', () => {
  expect(ignitionIdFor(platform('oci'), 'ock')).toBe('oci')
  expect(ignitionIdFor(platform('oci'), 'fcos')).toBe('oraclecloud')
  expect(ignitionIdFor(platform('oci'), 'rhcos')).toBe('oraclecloud')
  expect(ignitionIdFor(platform('ovirt'), 'ock')).toBe('openstack')
  expect(ignitionIdFor(platform('proxmox'), 'fcos')).toBe('proxmoxve')
  expect(ignitionIdFor(platform('libvirt'), 'fcos')).toBe('qemu')
})

test('a platform is found by our id and by Ignition’s', () => {
  expect(findPlatform('proxmox', 'fcos')?.id).toBe('proxmox')
  expect(findPlatform('proxmoxve', 'fcos')?.id).toBe('proxmox')
  expect(findPlatform('qemu', 'ock')?.id).toBe('libvirt')
  expect(findPlatform('nowhere', 'ock')).toBeUndefined()
  expect(platformOfIgnitionId('openstack', 'ock')?.id).toBe('openstack')
  expect(platformOfIgnitionId('vmware', 'ock')?.id).toBe('vmware')
  expect(platformOfIgnitionId('oci', 'ock')?.id).toBe('oci')
  expect(platformOfIgnitionId('oraclecloud', 'ock')?.id).toBe('oci')
  expect(platformOfIgnitionId('oci', 'fcos')?.id).toBe('oci')
  for (const row of PLATFORMS) expect(platformOfIgnitionId(ignitionIdFor(row, 'fcos'), 'fcos')?.ignitionId).toEqual(row.ignitionId)
})

test('every network driver that is told apart is one that a platform names', () => {
  const named = new Set(PLATFORMS.flatMap((row) => row.drivers.flat()))
  expect([...NETWORK_DRIVERS].filter((name) => !named.has(name))).toEqual([])
})
