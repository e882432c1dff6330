import { expect, test } from 'vitest'
import type { FieldValues } from '../field.js'
import { checkFields, withDefaults } from '../read-values.js'
import { azureDiskBytes } from './azure-fields.js'
import { azureForm } from './azure-form.js'
import { sampleFacts } from '../testing/sample-facts.js'

const MIB = 1024 ** 2
const FACTS = sampleFacts({
  path: '/images/disk.qcow2',
  subformat: null,
  virtualBytes: 10 * 1024 * MIB,
  fileBytes: 5,
  dataBytes: 1024 * MIB,
  os: { id: 'fedora', version: '43', name: 'Fedora 43' },
  ignitionPlatform: 'azure',
})
const ACCOUNT = {
  tenant: '11111111-2222-3333-4444-555555555555',
  subscription: '66666666-7777-8888-9999-000000000000',
  resourceGroup: 'images',
  location: 'westeurope',
}
const GALLERY = { ...ACCOUNT, gallery: 'own_gallery', definition: 'fedora' }

function filled(values: FieldValues, facts = FACTS): FieldValues {
  return withDefaults(azureForm.fields(values, facts), values)
}

function codes(values: FieldValues, facts = FACTS): string[] {
  return azureForm.validate(filled(values, facts), facts).map(({ code, state }) => `${code} ${state}`)
}

test('what the image says is filled in, and that is enough', () => {
  const values = filled(GALLERY)
  expect(values).toMatchObject({
    target: 'gallery',
    way: 'disk',
    name: 'fedora-43-x86_64',
    architecture: 'x64',
    generation: 'V2',
    version: '1.0.0',
  })
  expect(checkFields(azureForm.fields(values, FACTS), values)).toEqual([])
  expect(filled(GALLERY, { ...FACTS, firmware: 'bios' })).toMatchObject({ generation: 'V1' })
  expect(filled(GALLERY, { ...FACTS, architecture: 'aarch64', firmware: null })).toMatchObject({ architecture: 'Arm64', generation: 'V2' })
})

test('a gallery has no dashes in its name, a version has three numbers, and own clouds have addresses', () => {
  const wrong = (values: FieldValues): (string | undefined)[] =>
    checkFields(azureForm.fields(values, FACTS), filled(values)).map(({ field }) => field)
  expect(wrong({ ...GALLERY, gallery: 'with-dash' })).toEqual(['gallery'])
  expect(wrong({ ...GALLERY, version: '1.0' })).toEqual(['version'])
  expect(wrong({ ...GALLERY, cloud: 'own' })).toEqual(['authority', 'manager'])
  expect(wrong({ ...GALLERY, cloud: 'own', authority: 'http://x', manager: 'https://y' })).toEqual(['authority'])
  expect(wrong({ ...GALLERY, way: 'blob' })).toEqual(['account'])
})

test('mismatches are errors with what mends them', () => {
  expect(codes(GALLERY)).toEqual([])
  expect(codes(GALLERY, { ...FACTS, ignitionPlatform: 'qemu' })).toEqual(['platform warning'])
  expect(codes({ ...GALLERY, architecture: 'Arm64' })).toEqual(['architecture error'])
  expect(codes({ ...GALLERY, generation: 'V1' })).toEqual(['firmware error'])
  expect(codes({ ...GALLERY, generation: 'V2' }, { ...FACTS, firmware: 'bios' })).toEqual(['firmware error'])
  expect(codes({ ...GALLERY, generation: 'V1', security: 'TrustedLaunch' }, { ...FACTS, firmware: 'both' })).toEqual(['security error'])
  expect(codes({ ...ACCOUNT, target: 'image', architecture: 'Arm64' }, { ...FACTS, architecture: 'aarch64' })).toEqual(['target error'])
  expect(codes(GALLERY, { ...FACTS, virtualBytes: 5 * 1024 * 1024 * MIB })).toEqual(['size error'])
  expect(codes(GALLERY, { ...FACTS, virtualBytes: 30 * MIB + 1 })).toEqual(['size info'])
})

test('a disk is of whole MiB, and 20 at least', () => {
  expect(azureDiskBytes({ virtualBytes: 1 })).toBe(20 * MIB)
  expect(azureDiskBytes({ virtualBytes: 32 * MIB })).toBe(32 * MIB)
  expect(azureDiskBytes({ virtualBytes: 32 * MIB + 512 })).toBe(33 * MIB)
})

test('the steps are those that the values ask for', () => {
  const steps = (values: FieldValues): string[] => azureForm.steps(filled(values), FACTS).map(({ id }) => id)
  const bytes = ['prepare', 'pages', 'finish']
  expect(steps(GALLERY)).toEqual([...bytes, 'definition', 'version', 'tidy'])
  expect(steps({ ...GALLERY, create: false, keepDisk: true })).toEqual([...bytes, 'version'])
  expect(steps({ ...ACCOUNT, target: 'disk' })).toEqual(bytes)
  expect(steps({ ...ACCOUNT, target: 'image' })).toEqual([...bytes, 'image', 'tidy'])
  expect(steps({ ...ACCOUNT, target: 'disk', way: 'blob', account: 'a' })).toEqual([...bytes, 'disk', 'tidy'])
  expect(steps({ ...ACCOUNT, target: 'image', way: 'blob', account: 'a', keepBlob: true })).toEqual([...bytes, 'image'])
})

test('the commands do the same with the tools of Azure', () => {
  const lines = azureForm.commands(filled(GALLERY), FACTS)
  expect(lines[1]).toBe(`truncate -s ${10 * 1024 * MIB} fedora-43-x86_64.raw`)
  expect(lines.join('\n')).toContain(`--upload-size-bytes ${10 * 1024 * MIB + 512}`)
  expect(lines.join('\n')).toContain('az disk revoke-access --name fedora-43-x86_64')
  expect(lines.join('\n')).toContain('az sig image-version create --resource-group images --gallery-name own_gallery')
  expect(lines.at(-1)).toContain('az disk delete')
  const blob = azureForm.commands(filled({ ...ACCOUNT, target: 'image', way: 'blob', account: 'store' }), FACTS).join('\n')
  expect(blob).toContain(
    'azcopy copy fedora-43-x86_64.vhd https://store.blob.core.windows.net/vhds/fedora-43-x86_64.vhd --blob-type PageBlob',
  )
})
