import { expect, test } from 'vitest'
import type { ImageInfo } from '#shared/images/image-info'
import { automaticMachine } from './machine-defaults.js'

const image = (more: Partial<ImageInfo>) =>
  ({ osName: 'Debian 12', firmware: 'uefi', ignitionPlatform: null, partitions: [], kernelArch: null, ...more }) as unknown as ImageInfo

test('what follows from the images is told where they agree', () => {
  const one = automaticMachine([image({})], {}, ['vmware-ova'])
  expect([one.value('firmware'), one.value('properties'), one.value('cpus'), one.problem]).toEqual(['efi', 'cloud-init', '2', null])
  const two = automaticMachine([image({}), image({ firmware: 'bios' })], {}, ['vmware-ova'])
  expect([two.value('firmware'), two.value('diskController')]).toEqual([null, 'pvscsi'])
  expect(automaticMachine([image({})], {}, ['vmware-ova', 'virtualbox-ova']).value('diskController')).toBeNull()
})

test('choices that exclude each other say so', () => {
  expect(automaticMachine([image({})], { firmware: 'bios', secureBoot: true }, ['vmware-ova']).problem).not.toBeNull()
})

test('without an image, or without an OVA, nothing follows', () => {
  expect(automaticMachine([], {}, ['vmware-ova']).value('firmware')).toBeNull()
  expect(automaticMachine([image({})], {}, ['azure-vhd']).value('firmware')).toBeNull()
})
