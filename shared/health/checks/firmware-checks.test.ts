import { expect, test } from 'vitest'
import { known, unknown } from '../facts.js'
import { BIOS_PARTITION, ESP, findingsOf, healthyFacts, ROOT, severitiesOf } from '../testing/sample-facts.js'

const image = healthyFacts().image
const BASIC_DATA = 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7'

test.each(['esp-type', 'esp-present', 'efi-fallback', 'bios-boot'])('%s passes for a healthy image', (check) => {
  expect(severitiesOf(check, healthyFacts())).toEqual(['pass'])
})

test('the wrong type of the EFI system partition, as published images of OCK have it', () => {
  const wrong = { ...ESP, type: BASIC_DATA, typeName: 'Microsoft basic data' }
  expect(findingsOf('esp-type', healthyFacts({ partitions: [wrong, ROOT] }))).toMatchObject([
    { severity: 'error', fix: [{ kind: 'set-partition-type', partition: 1, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' }] },
  ])
  const mbr = healthyFacts({ image: { ...image, table: 'mbr' }, partitions: [{ ...ESP, type: '0c' }] })
  expect(findingsOf('esp-type', mbr)).toMatchObject([{ fix: [{ type: 'ef' }] }])
  expect(severitiesOf('esp-type', healthyFacts({ partitions: [ROOT] }))).toEqual([])
})

test('its label, on systems that look it up', () => {
  expect(severitiesOf('esp-label', healthyFacts({ family: 'ock' }))).toEqual(['pass'])
  const other = { ...ESP, filesystem: { ...ESP.filesystem, label: 'boot' } as typeof ESP.filesystem }
  expect(findingsOf('esp-label', healthyFacts({ family: 'fcos', partitions: [other] }))).toMatchObject([
    { severity: 'warning', evidence: { 1: 'label boot' } },
  ])
  expect(severitiesOf('esp-label', healthyFacts({ partitions: [other] }))).toEqual([])
})

test('no EFI system partition: what follows depends on the platform', () => {
  const facts = healthyFacts({ image: { ...image, firmware: 'bios' }, partitions: [BIOS_PARTITION, ROOT] })
  expect(severitiesOf('esp-present', facts)).toEqual(['info'])
  expect(findingsOf('esp-present', facts, 'applehv')).toMatchObject([{ severity: 'error', platformSpecific: true }])
  expect(severitiesOf('esp-present', { ...facts, image: { ...image, firmware: 'unknown' } })).toEqual(['error'])
})

test('no boot loader where every firmware looks', () => {
  const facts = healthyFacts({ esps: known([{ partition: 1, programs: ['/EFI/debian/grubx64.efi'] }]) })
  expect(findingsOf('efi-fallback', facts)).toMatchObject([{ severity: 'error', evidence: ['/EFI/debian/grubx64.efi'] }])
  expect(severitiesOf('efi-fallback', healthyFacts({ esps: known([{ partition: 1, programs: ['/efi/boot/bootx64.efi'] }]) }))).toEqual([
    'pass',
  ])
  expect(severitiesOf('efi-fallback', healthyFacts({ arch: 'aarch64' }))).toEqual(['error'])
  expect(severitiesOf('efi-fallback', healthyFacts({ esps: known([]) }))).toEqual([])
  expect(severitiesOf('efi-fallback', healthyFacts({ esps: unknown('x') }))).toEqual(['info'])
})

test('no BIOS boot partition: an error where there is only BIOS', () => {
  const facts = healthyFacts({ image: { ...image, firmware: 'uefi' }, partitions: [ESP, ROOT] })
  expect(severitiesOf('bios-boot', facts)).toEqual(['info'])
  expect(severitiesOf('bios-boot', facts, 'azure')).toEqual(['info'])
  expect(severitiesOf('bios-boot', facts, 'openstack')).toEqual(['warning'])
  expect(severitiesOf('bios-boot', facts, 'digitalocean')).toEqual(['error'])
  expect(severitiesOf('bios-boot', healthyFacts({ image: { ...image, table: 'mbr' } }))).toEqual([])
})

test('an MBR disk with one, no and two partitions marked to boot', () => {
  const mbr = { ...image, table: 'mbr', firmware: 'bios' } as const
  const active = { ...ROOT, type: '83', bootable: true }
  expect(severitiesOf('mbr-boot-flag', healthyFacts({ image: mbr, partitions: [active] }))).toEqual(['pass'])
  expect(severitiesOf('mbr-boot-flag', healthyFacts({ image: mbr, partitions: [{ ...active, bootable: false }] }))).toEqual(['warning'])
  expect(findingsOf('mbr-boot-flag', healthyFacts({ image: mbr, partitions: [active, { ...active, number: 4 }] }))).toMatchObject([
    { severity: 'warning', title: expect.stringContaining('Several') },
  ])
  expect(severitiesOf('mbr-boot-flag', healthyFacts())).toEqual([])
})

test('a shim for Secure Boot', () => {
  expect(severitiesOf('secure-boot', healthyFacts(), 'hyperv')).toEqual(['pass'])
  const none = healthyFacts({ esps: known([{ partition: 1, programs: ['/EFI/BOOT/BOOTX64.EFI'] }]) })
  expect(severitiesOf('secure-boot', none, 'hyperv')).toEqual(['warning'])
  expect(severitiesOf('secure-boot', none, 'gcp')).toEqual(['info'])
  expect(severitiesOf('secure-boot', none, 'digitalocean')).toEqual([])
  expect(severitiesOf('secure-boot', none)).toEqual([])
})
