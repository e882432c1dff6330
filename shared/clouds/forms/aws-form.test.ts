import { expect, test } from 'vitest'
import { checkFields, withDefaults } from '../read-values.js'
import type { FieldValues } from '../field.js'
import { awsForm } from './aws-form.js'
import { sampleFacts } from '../testing/sample-facts.js'

const FACTS = sampleFacts({
  path: '/images/my disk.qcow2',
  subformat: null,
  virtualBytes: 10 * 1024 ** 3 + 1,
  fileBytes: 5,
  os: { id: 'fedora', version: '43', name: 'Fedora 43' },
  ignitionPlatform: 'qemu',
})
const ACCOUNT = { region: 'eu-central-1' }

function filled(values: FieldValues, facts = FACTS): FieldValues {
  return withDefaults(awsForm.fields(values, facts), values)
}

function codes(values: FieldValues, facts = FACTS): string[] {
  return awsForm.validate(filled(values, facts), facts).map(({ code, state }) => `${code} ${state}`)
}

test('what the image says is filled in', () => {
  const values = filled(ACCOUNT)
  expect(values).toMatchObject({
    method: 'ebs',
    name: 'fedora-43-x86_64',
    architecture: 'x86_64',
    bootMode: 'uefi',
    imdsv2: true,
    ena: true,
  })
  expect(checkFields(awsForm.fields(values, FACTS), values)).toEqual([])
  expect(filled(ACCOUNT, { ...FACTS, architecture: 'aarch64', firmware: null })).toMatchObject({ architecture: 'arm64', bootMode: 'uefi' })
  expect(filled(ACCOUNT, { ...FACTS, firmware: 'bios' })).toMatchObject({ bootMode: 'legacy-bios' })
})

test('the fields of the import are there only for it, and all fields have names of their own', () => {
  const ids = (values: FieldValues): string[] => awsForm.fields(values, FACTS).map(({ id }) => id)
  expect(ids({})).not.toContain('bucket')
  expect(ids({ method: 's3' })).toEqual(expect.arrayContaining(['bucket', 'role', 'keepObject']))
  expect(new Set(ids({ method: 's3', encrypted: true })).size).toBe(ids({ method: 's3', encrypted: true }).length)
})

test('mismatches are errors with what mends them; another platform is told', () => {
  expect(codes(ACCOUNT)).toEqual(['platform warning'])
  const aws = { ...FACTS, ignitionPlatform: 'aws' }
  expect(codes(ACCOUNT, aws)).toEqual([])
  expect(codes({ ...ACCOUNT, architecture: 'arm64' }, aws)).toEqual(['architecture error'])
  expect(codes({ ...ACCOUNT, bootMode: 'legacy-bios' }, aws)).toEqual(['firmware error'])
  expect(codes({ ...ACCOUNT, bootMode: 'uefi' }, { ...aws, firmware: 'bios' })).toEqual(['firmware error'])
  expect(codes({ ...ACCOUNT, volumeSize: 10 }, aws)).toEqual(['size error'])
  expect(codes({ ...ACCOUNT, volumeSize: 11 }, aws)).toEqual([])
  expect(codes(ACCOUNT, { ...aws, virtualBytes: 17 * 1024 ** 4 })).toEqual(['size error'])
  expect(codes({ ...ACCOUNT, copyTo: ['eu-central-1', 'moon'], shareWith: ['12'] }, aws)).toEqual([
    'regions error',
    'regions error',
    'accounts error',
  ])
  expect(codes({ ...ACCOUNT, tags: { 'aws:x': '1' } }, aws)).toEqual(['tags error'])
})

test('the steps are those that the values ask for', () => {
  const steps = (values: FieldValues): string[] => awsForm.steps(filled(values), FACTS).map(({ id }) => id)
  expect(steps(ACCOUNT)).toEqual(['blocks', 'complete', 'register'])
  expect(steps({ ...ACCOUNT, copyTo: ['us-east-1'], shareWith: ['123456789012'] })).toEqual([
    'blocks',
    'complete',
    'register',
    'copy',
    'share',
  ])
  expect(steps({ ...ACCOUNT, method: 's3', bucket: 'b' })).toEqual(['object', 'import', 'register', 'tidy'])
  expect(steps({ ...ACCOUNT, method: 's3', bucket: 'b', keepObject: true })).toEqual(['object', 'import', 'register'])
})

test('what is sent is the disk itself, or a file for the import', () => {
  expect(awsForm.payload(filled(ACCOUNT), FACTS)).toEqual({ kind: 'disk' })
  expect(awsForm.payload(filled({ method: 's3' }), FACTS)).toEqual({ kind: 'artifact', artifact: 'aws-vmdk' })
  expect(awsForm.payload(filled({ method: 's3', format: 'RAW' }), FACTS)).toEqual({ kind: 'artifact', artifact: 'aws-raw' })
})

test('the commands do the same with the tools of AWS', () => {
  const [convert, upload, register, copy] = awsForm.commands(filled({ ...ACCOUNT, profile: 'it is', copyTo: ['us-east-1'] }), FACTS)
  expect(convert).toBe("qemu-img convert -O raw '/images/my disk.qcow2' 'my disk.raw'")
  expect(upload).toBe("SNAPSHOT=$(coldsnap --profile 'it is' --region eu-central-1 upload --wait 'my disk.raw')")
  expect(register).toContain('--boot-mode uefi --ena-support --imds-support v2.0')
  expect(register).toContain('SnapshotId=\'"$SNAPSHOT"\',VolumeSize=11,')
  expect(copy).toContain('--region us-east-1 ec2 copy-image --name fedora-43-x86_64 --source-region eu-central-1')
  const imported = awsForm.commands(filled({ ...ACCOUNT, method: 's3', bucket: 'images' }), FACTS).join('\n')
  expect(imported).toContain('aws s3 cp')
  expect(imported).toContain('import-snapshot --role-name vmimport')
})
