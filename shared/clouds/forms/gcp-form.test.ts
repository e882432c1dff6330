import { expect, test } from 'vitest'
import { checkFields, withDefaults } from '../read-values.js'
import { gcpForm } from './gcp-form.js'
import { sampleFacts } from '../testing/sample-facts.js'

const FACTS = sampleFacts({
  path: '/images/Boot Image_1.31.qcow2.xz',
  virtualBytes: 15 * 1024 ** 3,
  fileBytes: 10 ** 9,
  dataBytes: 2 * 10 ** 9,
  ignitionPlatform: 'gcp',
})

function filled(values: Record<string, unknown>, facts = FACTS) {
  const given = { project: 'boot-images', bucket: 'images', ...values } as never
  return withDefaults(gcpForm.fields(given, facts), given)
}

const states = (values: Record<string, unknown>, facts = FACTS) =>
  gcpForm.validate(filled(values, facts), facts).map(({ code, state }) => `${code} ${state}`)

test('what is known of the image fills the form in', () => {
  const values = filled({})
  expect(values).toMatchObject({
    name: 'boot-image-1-31',
    object: 'boot-image-1-31.tar.gz',
    architecture: 'X86_64',
    features: ['UEFI_COMPATIBLE', 'GVNIC', 'VIRTIO_SCSI_MULTIQUEUE'],
  })
  expect(checkFields(gcpForm.fields(values, FACTS), values)).toEqual([])
  expect(gcpForm.payload(values, FACTS)).toEqual({ kind: 'artifact', artifact: 'gcp-tar' })
  expect(filled({}, { ...FACTS, firmware: 'bios', architecture: 'aarch64' })).toMatchObject({
    architecture: 'ARM64',
    features: ['GVNIC', 'VIRTIO_SCSI_MULTIQUEUE'],
  })
})

test('names that Google would refuse are refused before', () => {
  const problems = (values: Record<string, unknown>) => {
    const all = filled(values)
    return checkFields(gcpForm.fields(all, FACTS), all).map(({ field }) => field)
  }
  expect(problems({ name: 'Image' })).toEqual(['name'])
  expect(problems({ name: 'i'.repeat(63) })).toEqual([])
  expect(problems({ name: 'i'.repeat(64) })).toEqual(['name'])
  expect(problems({ object: 'image.tgz' })).toEqual(['object'])
  expect(problems({ project: 'My Project', bucket: 'B' })).toEqual(['project', 'bucket'])
})

test('firmware, architecture and labels that do not fit are told', () => {
  expect(states({})).toEqual(['gcp-size ok', 'gcp-firmware ok', 'gcp-architecture ok'])
  expect(states({ features: ['GVNIC'] })).toContain('gcp-firmware error')
  expect(states({}, { ...FACTS, architecture: 'aarch64', firmware: 'bios' })).toContain('gcp-firmware error')
  expect(states({ architecture: 'ARM64' })).toContain('gcp-architecture error')
  expect(states({ labels: { Team: 'boot' } })).toContain('gcp-labels error')
  expect(states({ labels: { team: 'boot' } })).not.toContain('gcp-labels error')
  expect(states({}, { ...FACTS, virtualBytes: 15 * 1024 ** 3 + 512 })).toContain('gcp-size info')
})

test('steps and commands are those that were asked for', () => {
  expect(gcpForm.steps(filled({}), FACTS).map(({ id }) => id)).toEqual(['upload', 'import', 'tidy'])
  expect(gcpForm.steps(filled({ keepObject: true }), FACTS).map(({ id }) => id)).toEqual(['upload', 'import'])
  const lines = gcpForm.commands(filled({ keyFile: '/secret/key.json', family: 'boot', labels: { a: 'b' } }), FACTS)
  expect(lines).toEqual([
    'gcloud storage cp --no-clobber FILE gs://images/boot-image-1-31.tar.gz',
    'gcloud compute images create boot-image-1-31 --project boot-images --source-uri gs://images/boot-image-1-31.tar.gz --architecture X86_64 --family boot --guest-os-features UEFI_COMPATIBLE,GVNIC,VIRTIO_SCSI_MULTIQUEUE --labels a=b',
    'gcloud storage rm gs://images/boot-image-1-31.tar.gz',
  ])
})
