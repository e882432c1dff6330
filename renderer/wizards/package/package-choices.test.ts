import { expect, test } from 'vitest'
import { FIRST_CHOICES, packageInput, pathHint } from './package-choices.js'

const INFO = { path: '/images/boot.qcow2', revision: 'r1', name: 'boot.qcow2', format: 'qcow2' } as const
const TO = { transport: 'docker', text: 'registry.example:5000/boot:1', chosen: null, name: '' } as const
const ARCHIVE = {
  transport: 'oci-archive',
  text: '',
  chosen: { reference: 'oci-archive:/out/boot.tar', replace: true },
  name: '1',
} as const
const none: ReadonlySet<string> = new Set()

test('what was not said is left to the core', () => {
  expect(packageInput(INFO, FIRST_CHOICES, none)).toBeNull()
  expect(packageInput(INFO, { ...FIRST_CHOICES, to: TO }, none)).toEqual({
    source: INFO.path,
    revision: 'r1',
    layout: 'boot-container',
    destination: 'docker://registry.example:5000/boot:1',
    replace: false,
    addToIndex: false,
    labels: {},
    annotations: {},
    compression: 'none',
  })
})

test('rows without a name are not there yet; plain HTTP only where the user agreed to it', () => {
  const labels = [
    { name: ' version ', value: '8.10' },
    { name: '', value: 'x' },
  ]
  const input = packageInput(INFO, { ...FIRST_CHOICES, to: TO, labels, architecture: 'arm64' }, new Set(['registry.example:5000']))
  expect(input).toMatchObject({ labels: { version: '8.10' }, architecture: 'arm64', access: { plainHttp: true } })
})

test('a way to sign wants its key; what is written to a file is not signed', () => {
  const signing = { kind: 'gpg', keyFile: '', key: '', passphrase: null } as const
  expect(packageInput(INFO, { ...FIRST_CHOICES, to: TO, signing }, none)).toBeNull()
  expect(packageInput(INFO, { ...FIRST_CHOICES, to: TO, signing: { ...signing, key: 'mia' } }, none)).toMatchObject({
    sign: { kind: 'gpg', key: 'mia' },
  })
  const archive = packageInput(INFO, { ...FIRST_CHOICES, to: ARCHIVE, signing }, none)
  expect(archive).toMatchObject({ destination: 'oci-archive:/out/boot.tar:1', replace: true })
  expect(archive).not.toHaveProperty('sign')
})

test('the usual place of the disk is offered', () => {
  expect(pathHint(INFO, 'boot-container')).toBe('/disk/boot.qcow2')
  expect(pathHint({ name: 'machine.vmdk', format: 'vmdk' }, 'boot-container')).toBe('/disk/boot.vmdk')
  expect(pathHint({ name: 'machine.vmdk', format: 'vmdk' }, 'containerdisk')).toBe('/disk/machine.vmdk')
  expect(pathHint({ name: 'machine.vmdk', format: 'vmdk' }, 'artifact')).toBe('machine.vmdk')
})
