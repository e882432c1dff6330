import { expect, test } from 'vitest'
import { checkFields, withDefaults } from '../read-values.js'
import { ociForm } from './oci-form.js'
import { sampleFacts } from '../testing/sample-facts.js'

const FACTS = sampleFacts({
  path: '/images/ock-1.31.qcow2.xz',
  virtualBytes: 15 * 1024 ** 3,
  fileBytes: 10 ** 9,
  dataBytes: 2 * 10 ** 9,
  os: { id: 'ol', version: '8.10', name: 'Oracle Linux Server 8.10' },
  ignitionPlatform: 'oci',
})
const CHOSEN = { compartment: 'dev/images', bucket: 'images' }

function filled(values: Record<string, unknown>, facts = FACTS) {
  const given = { ...CHOSEN, ...values } as never
  return withDefaults(ociForm.fields(given, facts), given)
}

const states = (values: Record<string, unknown>, facts = FACTS) =>
  ociForm.validate(filled(values, facts), facts).map(({ code, state }) => `${code} ${state}`)

test('an image with UEFI goes as an archive, under the names that are known of it', () => {
  const values = filled({})
  expect(values).toMatchObject({
    format: 'archive',
    name: 'ock-1.31',
    object: 'ock-1.31.oci',
    os: 'Oracle Linux',
    osVersion: '8.10',
    partMiB: 16,
  })
  expect(ociForm.payload(values, FACTS)).toEqual({ kind: 'artifact', artifact: 'oci-qcow2' })
  expect(checkFields(ociForm.fields(values, FACTS), values)).toEqual([])
  expect(ociForm.fields(values, FACTS).map(({ id }) => id)).not.toContain('launchMode')
})

test('an image with BIOS alone goes as qcow2, an Arm image never does by itself', () => {
  const bios = { ...FACTS, firmware: 'bios' as const }
  expect(filled({}, bios)).toMatchObject({ format: 'qcow2', firmware: 'BIOS', launchMode: 'PARAVIRTUALIZED', object: 'ock-1.31.qcow2' })
  expect(filled({}, { ...bios, architecture: 'aarch64' })).toMatchObject({ format: 'archive' })
})

test('a VMDK says its firmware by a schema afterwards', () => {
  const values = filled({ format: 'vmdk' })
  expect(ociForm.payload(values, FACTS)).toEqual({ kind: 'artifact', artifact: 'vmware-vmdk' })
  expect(values.object).toBe('ock-1.31.vmdk')
  expect(ociForm.steps(values, FACTS).map(({ id }) => id)).toEqual(['upload', 'import', 'settings', 'tidy'])
})

test('the steps are those that were asked for', () => {
  expect(ociForm.steps(filled({}), FACTS).map(({ id }) => id)).toEqual(['upload', 'import', 'tidy'])
  expect(ociForm.steps(filled({ createBucket: true, keepObject: true }), FACTS).map(({ id }) => id)).toEqual(['bucket', 'upload', 'import'])
})

test('firmware that does not fit is told before anything is sent', () => {
  expect(states({})).toEqual(['oci-size ok', 'oci-firmware ok'])
  expect(states({ firmware: 'BIOS' })).toContain('oci-firmware error')
  expect(states({ format: 'qcow2', firmware: 'BIOS' })).toContain('oci-firmware error')
  expect(states({ format: 'qcow2', firmware: 'UEFI_64' }, { ...FACTS, firmware: 'bios' })).toContain('oci-firmware warning')
  const arm = { ...FACTS, architecture: 'aarch64' as const }
  expect(states({ format: 'qcow2', firmware: 'BIOS' }, arm)).toContain('oci-firmware error')
  expect(states({ shapes: [] }, arm)).toContain('oci-shapes error')
})

test('more than 400 GB, and tags that are refused there, are errors', () => {
  expect(states({}, { ...FACTS, virtualBytes: 400 * 1000 ** 3 + 1 })).toContain('oci-size error')
  expect(states({}, { ...FACTS, virtualBytes: 400 * 1000 ** 3 })).toContain('oci-size ok')
  expect(states({ tags: { 'with space': 'x' } })).toContain('oci-tags error')
  expect(states({ tags: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`t${index}`, 'x'])) })).toContain('oci-tags error')
  expect(states({ tags: { team: 'boot images' } })).not.toContain('oci-tags error')
})

test('the commands do the same, without a secret', () => {
  const values = filled({ profile: 'ci', region: 'eu-frankfurt-1', passphrase: 'env:KEY', tags: { a: 'b c' } })
  const lines = ociForm.commands(values, FACTS)
  expect(lines).toHaveLength(3)
  expect(lines[0]).toContain('oci os object put --bucket-name images --name ock-1.31.oci')
  expect(lines[1]).toContain(`--freeform-tags '{"a":"b c"}'`)
  expect(lines[1]).not.toContain('--launch-mode')
  expect(lines.join('\n')).not.toContain('KEY')
  expect(lines.every((line) => line.endsWith('--profile ci --region eu-frankfurt-1'))).toBe(true)
})

test('an Arm image as qcow2 gets its schema and shapes', () => {
  const arm = { ...FACTS, architecture: 'aarch64' as const }
  const lines = ociForm.commands(filled({ format: 'qcow2' }, arm), arm)
  expect(lines.filter((line) => line.includes('image-shape-compatibility-entry add'))).toHaveLength(2)
  expect(lines.find((line) => line.includes('image-capability-schema create'))).toContain('UEFI_64')
})
