import { expect, test } from 'vitest'
import type { FieldValues } from '../field.js'
import { checkFields, withDefaults } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { openstackForm } from './openstack-form.js'
import { imageBody } from './openstack-image.js'
import { sampleFacts } from '../testing/sample-facts.js'

const disk = sampleFacts({
  path: '/images/ock-1.31.qcow2.xz',
  virtualBytes: 16 * 1024 ** 3 + 1,
  fileBytes: 2 * 1024 ** 3,
  dataBytes: 3 * 1024 ** 3,
  os: { id: 'ol', version: '8.10', name: 'Oracle Linux Server 8.10' },
  ignitionPlatform: 'openstack',
})

function filled(values: FieldValues, facts: SourceFacts | null = disk): FieldValues {
  return withDefaults(openstackForm.fields(values, facts), values)
}

test('with a cloud of clouds.yaml nothing else is asked, and all comes from the image', () => {
  const values = filled({ cloud: 'site' })
  expect(checkFields(openstackForm.fields(values, disk), values)).toEqual([])
  expect(openstackForm.validate(values, disk)).toEqual([])
  expect(openstackForm.payload(values, disk)).toEqual({ kind: 'artifact', artifact: 'openstack-qcow2' })
  expect(imageBody(values, disk)).toEqual({
    name: 'ock-1.31',
    container_format: 'bare',
    disk_format: 'qcow2',
    visibility: 'private',
    min_disk: 17,
    min_ram: 0,
    tags: [],
    architecture: 'x86_64',
    hw_firmware_type: 'uefi',
    hw_machine_type: 'q35',
    hw_disk_bus: 'virtio',
    hw_vif_model: 'virtio',
    os_type: 'linux',
    os_distro: 'ol',
    os_version: '8.10',
  })
})

test('what is asked for depends on how one signs in', () => {
  const ids = (values: FieldValues) =>
    openstackForm
      .fields(values, null)
      .filter(({ group }) => group === 'account')
      .map(({ id }) => id)
  expect(ids({ cloud: 'site' })).toEqual(['cloud', 'region'])
  expect(ids({})).toEqual(['cloud', 'authUrl', 'authType', 'credentialId', 'credentialSecret', 'region'])
  expect(ids({ authType: 'password' })).toEqual([
    'cloud',
    'authUrl',
    'authType',
    'user',
    'password',
    'userDomain',
    'project',
    'projectDomain',
    'region',
  ])
  expect(ids({ authType: 'token' })).toContain('token')
})

test('an arm64 image gets a machine that can start it', () => {
  const arm: SourceFacts = { ...disk, architecture: 'aarch64', firmware: 'both' }
  expect(imageBody(filled({ cloud: 'site' }, arm), arm)).toMatchObject({
    architecture: 'aarch64',
    hw_firmware_type: 'uefi',
    hw_machine_type: 'virt',
  })
})

test('an image of BIOS alone asks for no firmware but that', () => {
  const bios: SourceFacts = { ...disk, firmware: 'bios' }
  const body = imageBody(filled({ cloud: 'site' }, bios), bios)
  expect(body).toMatchObject({ hw_firmware_type: 'bios' })
  expect(body).not.toHaveProperty('hw_machine_type')
})

const rowsOf = (values: FieldValues, facts: SourceFacts = disk) =>
  openstackForm.validate(filled({ cloud: 'site', ...values }, facts), facts).map(({ code, state }) => `${code} ${state}`)

test.for([
  [{ firmware: 'bios' }, {}, ['firmware error']],
  [{ firmware: 'any' }, {}, ['firmware warning']],
  [{ architecture: 'aarch64' }, {}, ['architecture error']],
  [{ minDisk: 2 }, {}, ['min-disk error']],
  [{ properties: { checksum: 'x' } }, {}, ['property error']],
  [{ diskFormat: 'source' }, { format: null }, ['format error']],
  [{}, { ignitionPlatform: 'qemu' }, ['platform warning']],
] as const)('%j of %j is told: %j', ([values, facts, rows]) => {
  expect(rowsOf(values, { ...disk, ...facts })).toEqual(rows)
})

test('the disk is read in place where it goes as raw', () => {
  const values = filled({ cloud: 'site', diskFormat: 'raw' })
  expect(openstackForm.payload(values, disk)).toEqual({ kind: 'disk' })
  expect(imageBody(values, disk)).toMatchObject({ disk_format: 'raw' })
})

test('the command does the same, without secrets', () => {
  const values = filled({ cloud: 'site', region: 'RegionOne', tags: ['a b'], protected: true, method: 'import' })
  const [convert, create] = openstackForm.commands(values, disk)
  expect(convert).toBe('qemu-img convert -c -O qcow2 /images/ock-1.31.qcow2.xz disk.qcow2')
  expect(create).toMatch(
    /^openstack --os-cloud site --os-region-name RegionOne image create --disk-format qcow2 --container-format bare --private/,
  )
  for (const part of [
    '--protected',
    '--import',
    "--tag 'a b'",
    '--property hw_firmware_type=uefi',
    '--min-disk 17',
    '--file disk.qcow2 ock-1.31',
  ])
    expect(create).toContain(part)
  const typed = openstackForm
    .commands(filled({ authUrl: 'https://c.example/v3', credentialId: 'id', credentialSecret: 'session:abc' }), disk)
    .join('\n')
  expect(typed).not.toContain('abc')
})
