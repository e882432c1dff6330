import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AdvisedImage, fittingBytes, imageAdvice } from './image-advice.js'
import { PLATFORM_IDS, type PlatformId } from './platform.js'
import { platform } from './platforms.js'

const MIB = 1024 ** 2
const GIB = 1024 ** 3
const IMAGE: AdvisedImage = { virtualBytes: 15 * GIB, sectorBytes: 512, format: 'qcow2', firmware: 'both', table: 'gpt' }

function advice(id: PlatformId, image: Partial<AdvisedImage> = {}) {
  return imageAdvice(platform(id), { ...IMAGE, ...image })
}

function codes(id: PlatformId, image: Partial<AdvisedImage> = {}) {
  return advice(id, image).map((finding) => `${finding.severity} ${finding.code}`)
}

test('an image that fits has no findings', () => {
  expect(codes('libvirt')).toEqual([])
  expect(codes('openstack')).toEqual([])
  expect(codes('oci')).toEqual([])
  expect(codes('azure', { format: 'vhd', subformat: 'fixed' })).toEqual([])
  expect(codes('vmware', { format: 'vmdk', subformat: 'streamOptimized' })).toEqual([])
})

test('the format: only what the platform takes', () => {
  expect(codes('vmware')).toEqual(['warning format-not-taken'])
  expect(codes('vmware', { format: 'vmdk', subformat: 'monolithicSparse' })).toEqual(['warning format-not-taken'])
  expect(codes('azure', { format: 'vhdx' })).toEqual(['warning format-not-taken'])
  expect(codes('azure', { format: 'vhd', subformat: 'dynamic' })).toEqual(['warning format-not-taken'])
  expect(advice('gcp', { format: 'raw' })[0]?.text).toContain('packed as tar.gz')
  expect(advice('vmware')[0]?.text).toContain('packed as OVA')
  expect(codes('scaleway', { format: 'vdi' })).toEqual([])
})

test('Azure wants whole MiB, and no more than 1,023 GiB', () => {
  const [finding] = advice('azure', { format: 'vhd', virtualBytes: 64 * MIB + 512 })
  expect(finding).toMatchObject({ code: 'not-aligned', severity: 'error', growTo: 65 * MIB })
  expect(codes('azure', { format: 'vhd', virtualBytes: 1023 * GIB })).toEqual([])
  expect(codes('azure', { format: 'vhd', virtualBytes: 1023 * GIB + MIB })).toEqual(['error too-large'])
  expect(advice('azure', { format: 'vhd', virtualBytes: 1023 * GIB - 512 })[0]?.growTo).toBe(1023 * GIB)
  expect(advice('azure', { format: 'vhd', virtualBytes: 1023 * GIB + 512 }).map((one) => one.growTo)).toEqual([null, null])
})

test('Google wants whole GiB', () => {
  expect(advice('gcp', { virtualBytes: 10 * GIB + MIB })[0]).toMatchObject({ code: 'not-whole-gib', growTo: 11 * GIB })
  expect(codes('gcp', { virtualBytes: 10 * GIB })).toEqual(['warning format-not-taken'])
})

test('size limits of Oracle and DigitalOcean', () => {
  expect(codes('oci', { virtualBytes: 401e9 + 512 * 250 })).toContain('error too-large')
  expect(codes('oci', { virtualBytes: 372 * GIB })).toEqual([])
  expect(codes('digitalocean', { virtualBytes: 94 * GIB })).toContain('error too-large')
})

test('the firmware: not offered, to choose, or said by the image', () => {
  expect(codes('digitalocean', { firmware: 'uefi' })).toEqual(['error firmware-not-offered'])
  expect(codes('applehv', { format: 'raw', firmware: 'bios' })).toEqual(['error firmware-not-offered'])
  expect(codes('proxmox', { firmware: 'uefi' })).toEqual(['warning firmware-to-choose'])
  expect(codes('proxmox', { firmware: 'bios' })).toEqual([])
  expect(codes('hyperv', { format: 'vhdx', firmware: 'uefi' })).toEqual(['note firmware-to-choose'])
  expect(codes('oci', { firmware: 'uefi' })).toEqual(['warning firmware-to-choose'])
  expect(codes('oci', { firmware: 'unknown' })).toEqual([])
})

test('a disk without a partition table, and one with large sectors', () => {
  expect(codes('libvirt', { table: 'none', firmware: 'unknown' })).toEqual(['warning no-partition-table'])
  expect(codes('libvirt', { sectorBytes: 4096 })).toEqual(['warning sector-size'])
})

test('errors come first', () => {
  expect(codes('digitalocean', { firmware: 'uefi', sectorBytes: 4096, virtualBytes: 200e9 })).toEqual([
    'error too-large',
    'error firmware-not-offered',
    'warning sector-size',
  ])
})

test('the fitting size is the smallest that has no finding about alignment', () => {
  fc.assert(
    fc.property(fc.constantFrom(...PLATFORM_IDS), fc.integer({ min: 1, max: 2 ** 32 }), (id, sectors) => {
      const size = sectors * 512
      const fitting = fittingBytes(platform(id), size)
      expect(fitting).toBeGreaterThanOrEqual(size)
      expect(fitting - size).toBeLessThan(platform(id).alignmentBytes)
      const found = advice(id, { virtualBytes: fitting }).map((finding) => finding.code)
      expect(found).not.toContain('not-aligned')
      expect(found).not.toContain('not-whole-gib')
    }),
  )
})
