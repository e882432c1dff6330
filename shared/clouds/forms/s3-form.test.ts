import { expect, test } from 'vitest'
import type { FieldValues } from '../field.js'
import { checkFields, withDefaults } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { kernelVersionOf } from './s3-fields.js'
import { s3Form } from './s3-form.js'
import { s3Keys } from './s3-layout.js'
import { netbootSnippets } from './s3-netboot.js'
import { sampleFacts } from '../testing/sample-facts.js'

const disk = sampleFacts({
  path: '/images/ock 1.31.qcow2',
  virtualBytes: 16 * 1024 ** 3,
  fileBytes: 2 * 1024 ** 3,
  dataBytes: 3 * 1024 ** 3,
  os: { id: 'ol', version: '8.10', name: 'Oracle Linux Server 8.10' },
  ignitionPlatform: 'qemu',
})
const squashfs: SourceFacts = { ...disk, path: '/images/rootfs.squashfs', kind: 'squashfs', format: null, subformat: null, dataBytes: null }
const KERNEL = '/boot/vmlinuz-5.14.0-503.el9.x86_64'

function filled(values: FieldValues, facts: SourceFacts | null = disk): FieldValues {
  return withDefaults(s3Form.fields(values, facts), values)
}

test('a disk goes as it is by default, under its own name', () => {
  const values = filled({ bucket: 'images' })
  expect(checkFields(s3Form.fields(values, disk), values)).toEqual([])
  expect(s3Form.payload(values, disk)).toEqual({ kind: 'source' })
  expect(s3Keys(values, disk)).toEqual([['image', 'ock 1.31.qcow2']])
  expect(s3Form.steps(values, disk).map(({ id }) => id)).toEqual(['prepare', 'upload', 'verify'])
  expect(s3Form.commands(values, disk)).toEqual(["aws s3 cp '/images/ock 1.31.qcow2' 's3://images/ock 1.31.qcow2'"])
})

test.for([
  ['raw', { kind: 'disk' }, 'ock 1.31.raw'],
  ['qcow2', { kind: 'artifact', artifact: 'libvirt-qcow2' }, 'ock 1.31.qcow2'],
  ['vmdk', { kind: 'artifact', artifact: 'vmware-vmdk' }, 'ock 1.31.vmdk'],
  ['vhd', { kind: 'artifact', artifact: 'azure-vhd' }, 'ock 1.31.vhd'],
  ['tar.gz', { kind: 'artifact', artifact: 'gcp-tar' }, 'ock 1.31.tar.gz'],
] as const)('as %s it is converted, and its name ends so', ([format, payload, key]) => {
  const values = filled({ bucket: 'images', format })
  expect(s3Form.payload(values, disk)).toEqual(payload)
  expect(values.key).toBe(key)
})

test('the field `--fields` prints without an image are those of one object', () => {
  const ids = s3Form.fields({}, null).map(({ id }) => id)
  expect(ids).toEqual(expect.arrayContaining(['profile', 'endpoint', 'bucket', 'layout', 'key', 'format', 'partMib']))
  expect(ids).not.toContain('secretKey')
  expect(s3Form.fields({ accessKey: 'AK' }, null).map(({ id }) => id)).toContain('secretKey')
})

test('buckets are in the path where the service is not that of Amazon', () => {
  const styleOf = (endpoint: string) => s3Form.fields({ endpoint }, null).find(({ id }) => id === 'pathStyle')?.default
  expect([styleOf(''), styleOf('https://s3.eu-central-1.amazonaws.com'), styleOf('https://s3.site.example')]).toEqual([false, false, true])
})

test('a SquashFS is for network boot: a folder per tag', () => {
  const values = filled(
    {
      bucket: 'boot-images',
      prefix: 'hpc',
      imageName: 'compute',
      tag: 'v2',
      osId: 'rocky',
      osVersion: '9.5',
      kernel: KERNEL,
      initramfs: '/boot/i.img',
    },
    squashfs,
  )
  expect(checkFields(s3Form.fields(values, squashfs), values)).toEqual([])
  expect(values.kernelVersion).toBe('5.14.0-503.el9.x86_64')
  expect(s3Keys(values, squashfs)).toEqual([
    ['rootfs', 'hpc/rocky/9.5/compute/v2/rootfs.squashfs'],
    ['kernel', 'hpc/rocky/9.5/compute/v2/kernel'],
    ['initramfs', 'hpc/rocky/9.5/compute/v2/initramfs'],
    ['manifest', 'hpc/rocky/9.5/compute/v2/manifest.json'],
  ])
  expect(s3Form.steps(values, squashfs).map(({ id }) => id)).toEqual(['prepare', 'hash', 'upload', 'publish'])
})

test('the names of image-build: prefix, system, name and tag; kernels beside each other', () => {
  const values = filled(
    {
      bucket: 'b',
      layout: 'kernels',
      prefix: 'compute/base/',
      imageName: 'rocky-base',
      tag: '9.5',
      osId: 'rocky',
      osVersion: '9.5',
      kernel: KERNEL,
      initramfs: '/boot/i.img',
    },
    squashfs,
  )
  expect(s3Keys(values, squashfs)).toEqual([
    ['rootfs', 'compute/base/rocky9.5-rocky-base-9.5'],
    ['kernel', 'efi-images/compute/base/vmlinuz-5.14.0-503.el9.x86_64'],
    ['initramfs', 'efi-images/compute/base/initramfs-5.14.0-503.el9.x86_64.img'],
    ['manifest', 'compute/base/rocky9.5-rocky-base-9.5.manifest.json'],
  ])
  expect(s3Form.validate(values, squashfs).map(({ code, state }) => [code, state])).toEqual([['kernels-shared', 'info']])
})

test('a disk cannot be booted from by network', () => {
  expect(s3Form.validate(filled({ bucket: 'b', layout: 'tags' }), disk)).toMatchObject([
    { code: 'netboot-rootfs', state: 'error', field: 'layout' },
  ])
})

test.for([
  [KERNEL, '5.14.0-503.el9.x86_64'],
  ['/usr/lib/modules/6.10.3-1.fc40.aarch64/vmlinuz', '6.10.3-1.fc40.aarch64'],
  ['/boot/vmlinuz', null],
] as const)('the version of %s', ([file, version]) => {
  expect(kernelVersionOf(file)).toBe(version)
})

test('what boots it: one script for iPXE, one document for the boot script service', () => {
  const steps = netbootSnippets({ cmdline: 'ip=dhcp' }, (key) => `http://boot.example/${key}`, { rootfs: 'r', kernel: 'k', initramfs: 'i' })
  const script = steps.find(({ title }) => title === 'iPXE script')?.command
  expect(script?.split('\n')).toEqual([
    '#!ipxe',
    'kernel http://boot.example/k initrd=initrd root=live:http://boot.example/r ip=dhcp',
    'initrd --name initrd http://boot.example/i',
    'boot',
  ])
  expect(JSON.parse(steps.at(-1)?.command ?? '')).toMatchObject({
    kernel: 'http://boot.example/k',
    initrd: 'http://boot.example/i',
    params: 'root=live:http://boot.example/r ip=dhcp',
  })
})

test('commands name the account and leave secrets out', () => {
  const values = filled({
    bucket: 'b',
    accessKey: 'AK',
    secretKey: 'session:of-the-bucket',
    endpoint: 'https://s3.site.example',
    tags: { team: 'hpc' },
    publicRead: true,
    createBucket: true,
  })
  const lines = s3Form.commands(values, disk)
  expect(lines[0]).toContain('AWS_ACCESS_KEY_ID=AK')
  expect(lines[1]).toBe('aws --endpoint-url https://s3.site.example s3 mb s3://b')
  expect(lines[2]).toContain('--acl public-read')
  expect(lines[3]).toContain('put-object-tagging')
  expect(lines.join('\n')).not.toContain('of-the-bucket')
})
