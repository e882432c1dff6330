import { expect, test } from 'vitest'
import type { ImageInfo } from '../images/image-info.js'
import type { MachineChoice } from '../jobs/convert-request.js'
import { sampleInfo } from '../ovf/testing/sample-info.js'
import { imageArch } from './image-arch.js'
import { ociImageMetadata } from './oci-metadata.js'

interface Metadata {
  readonly version: number
  readonly externalLaunchOptions: Readonly<Record<string, string | number | boolean>>
  readonly operatingSystem: string
  readonly operatingSystemVersion: string
  readonly additionalMetadata: { readonly shapeCompatibilities: readonly { readonly internalShapeName: string }[] }
}

function metadata(info: Partial<ImageInfo>, choice: MachineChoice = {}): Metadata {
  return JSON.parse(ociImageMetadata(sampleInfo(info), choice)) as Metadata
}

test.each<[Partial<ImageInfo>, MachineChoice, string]>([
  [{ firmware: 'uefi' }, {}, 'UEFI_64'],
  [{ firmware: 'both' }, {}, 'UEFI_64'],
  [{ firmware: 'bios' }, {}, 'BIOS'],
  [{ firmware: 'unknown' }, {}, 'BIOS'],
  [{ firmware: 'both' }, { firmware: 'bios' }, 'BIOS'],
  [{ firmware: 'bios', name: 'boot-aarch64.qcow2' }, {}, 'UEFI_64'],
])('an image with %j and %j starts with %s', (info, choice, firmware) => {
  expect(metadata(info, choice).externalLaunchOptions['firmware']).toBe(firmware)
})

test('all devices are paravirtualized, as an image from elsewhere needs it', () => {
  expect(metadata({})).toMatchObject({
    version: 2,
    externalLaunchOptions: {
      networkType: 'PARAVIRTUALIZED',
      bootVolumeType: 'PARAVIRTUALIZED',
      remoteDataVolumeType: 'PARAVIRTUALIZED',
      localDataVolumeType: 'PARAVIRTUALIZED',
      launchOptionsSource: 'PARAVIRTUALIZED',
    },
  })
})

test('shapes are those of the architecture, virtual machines alone', () => {
  const shapes = (name: string): string[] =>
    metadata({ name }).additionalMetadata.shapeCompatibilities.map((shape) => shape.internalShapeName)
  expect(shapes('boot-arm64.qcow2')).toEqual(['VM.Standard.A1.Flex', 'VM.Standard.A2.Flex'])
  expect(shapes('boot.qcow2')).toContain('VM.Standard.E4.Flex')
  expect(shapes('boot.qcow2').every((shape) => shape.startsWith('VM.'))).toBe(true)
})

test.each([
  ['Oracle Linux Server 8.10', 'Oracle Linux', '8.10'],
  ['Debian GNU/Linux 12 (bookworm)', 'Debian', '12'],
  ['Fedora CoreOS 40.20240416.3.1', 'Fedora CoreOS', '40.20240416.3.1'],
  ['Arch Linux', 'Arch Linux', ''],
  [null, 'Linux', ''],
])('%s is %s %s', (osName, system, version) => {
  expect(metadata({ osName })).toMatchObject({ operatingSystem: system, operatingSystemVersion: version })
})

test('the partitions tell the architecture before the file name does', () => {
  const partition = {
    number: 1,
    startBytes: 0,
    sizeBytes: 1,
    typeName: '',
    name: null,
    bootable: false,
    isEsp: false,
    filesystem: null,
    type: 'B921B045-1DF0-41C3-AF44-4C6F280D3FAE',
  }
  expect(imageArch({ partitions: [partition], name: 'x86_64.img' })).toBe('aarch64')
  expect(imageArch({ partitions: [], name: 'noble-server-cloudimg-arm64.img' })).toBe('aarch64')
  expect(imageArch({ partitions: [], name: 'boot.img' })).toBe('x86_64')
})
