import type { Field, FieldValues } from '../field.js'
import { textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { authorityField } from './authority-field.js'

const GIB = 1024 ** 3

export type OpenStackFormat = 'qcow2' | 'raw' | 'source'
export type OpenStackAuth = 'password' | 'application' | 'token'

/** The name under which the OpenStack tools know what the variables OS_… say. */
export const ENVIRONMENT_CLOUD = 'envvars'

export function openstackFormat(values: FieldValues): OpenStackFormat {
  const chosen = textOf(values, 'diskFormat')
  return chosen === 'raw' || chosen === 'source' ? chosen : 'qcow2'
}

export function openstackAuth(values: FieldValues): OpenStackAuth {
  const chosen = textOf(values, 'authType')
  return chosen === 'password' || chosen === 'token' ? chosen : 'application'
}

export function openstackFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  return [...accountFields(values), ...connectionFields, ...destinationFields, ...imageFields(values, facts), ...advancedFields]
}

function accountFields(values: FieldValues): readonly Field[] {
  const cloud: Field = {
    id: 'cloud',
    label: 'Cloud',
    kind: 'remote-select',
    group: 'account',
    help: `One of clouds.yaml, or ${ENVIRONMENT_CLOUD} for the variables OS_…. Empty: what is filled in below.`,
  }
  const region: Field = {
    id: 'region',
    label: 'Region',
    kind: 'remote-select',
    group: 'account',
    dependsOn: ['cloud', 'authUrl'],
    help: 'Empty: that of the cloud, or its only one.',
  }
  return textOf(values, 'cloud') === '' ? [cloud, ...typedAccount(values), region] : [cloud, region]
}

function typedAccount(values: FieldValues): readonly Field[] {
  const common: readonly Field[] = [
    {
      id: 'authUrl',
      label: 'Address of Keystone',
      kind: 'text',
      group: 'account',
      required: true,
      placeholder: 'https://cloud.example:5000/v3',
      pattern: { re: 'https?://[^\\s?#@]+', message: 'Is an address such as https://cloud.example:5000/v3' },
    },
    {
      id: 'authType',
      label: 'Sign in with',
      kind: 'select',
      group: 'account',
      default: 'application',
      choices: [
        {
          value: 'application',
          label: 'An application credential',
          help: 'Made for one program, can be taken back, and knows its project.',
        },
        { value: 'password', label: 'User and password' },
        { value: 'token', label: 'A token' },
      ],
    },
  ]
  const auth = openstackAuth(values)
  if (auth === 'application') {
    return [
      ...common,
      { id: 'credentialId', label: 'Id of the credential', kind: 'text', group: 'account', required: true },
      { id: 'credentialSecret', label: 'Its secret', kind: 'secret', group: 'account', required: true },
    ]
  }
  const project: readonly Field[] = [
    { id: 'project', label: 'Project', kind: 'text', group: 'account', required: true },
    { id: 'projectDomain', label: 'Domain of the project', kind: 'text', group: 'account', default: 'Default' },
  ]
  if (auth === 'token') return [...common, { id: 'token', label: 'Token', kind: 'secret', group: 'account', required: true }, ...project]
  return [
    ...common,
    { id: 'user', label: 'User', kind: 'text', group: 'account', required: true },
    { id: 'password', label: 'Password', kind: 'secret', group: 'account', required: true },
    { id: 'userDomain', label: 'Domain of the user', kind: 'text', group: 'account', default: 'Default' },
    ...project,
  ]
}

const destinationFields: readonly Field[] = [
  {
    id: 'visibility',
    label: 'Who sees it',
    kind: 'select',
    group: 'destination',
    default: 'private',
    choices: [
      { value: 'private', label: 'The project' },
      { value: 'shared', label: 'The project, and those that it is shared with' },
      { value: 'community', label: 'Everybody who knows its id' },
      { value: 'public', label: 'Everybody', help: 'Administrators only, mostly.' },
    ],
  },
  {
    id: 'method',
    label: 'Way',
    kind: 'select',
    group: 'destination',
    default: 'put',
    choices: [
      { value: 'put', label: 'Straight into the image', help: 'Every cloud has it.' },
      {
        value: 'import',
        label: 'Stage and import (glance-direct)',
        help: 'Where the cloud converts or checks images; not all that offer it can do it.',
      },
    ],
  },
]

function imageFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  const isUefi = facts?.firmware === 'uefi' || facts?.architecture === 'aarch64'
  return [
    {
      id: 'name',
      label: 'Name',
      kind: 'text',
      group: 'image',
      required: true,
      ...nameDefault(facts),
      pattern: { re: '.{1,255}', message: 'Is 255 characters at most' },
    },
    {
      id: 'diskFormat',
      label: 'Format',
      kind: 'select',
      group: 'image',
      default: 'qcow2',
      choices: [
        { value: 'qcow2', label: 'qcow2, compressed' },
        { value: 'raw', label: 'Raw', help: 'Read in place, without a copy; what Ceph wants. All of its zeros are sent.' },
        { value: 'source', label: 'As the file is' },
      ],
    },
    {
      id: 'architecture',
      label: 'Architecture',
      kind: 'select',
      group: 'image',
      ...(facts?.architecture ? { default: facts.architecture } : {}),
      choices: [
        { value: 'x86_64', label: 'x86_64' },
        { value: 'aarch64', label: 'aarch64' },
      ],
    },
    {
      id: 'firmware',
      label: 'Firmware',
      kind: 'select',
      group: 'image',
      default: isUefi ? 'uefi' : facts?.firmware === 'bios' ? 'bios' : 'any',
      choices: [
        { value: 'any', label: 'What the cloud takes' },
        { value: 'bios', label: 'BIOS' },
        { value: 'uefi', label: 'UEFI' },
      ],
    },
    {
      id: 'machine',
      label: 'Machine type',
      kind: 'text',
      group: 'image',
      ...machineDefault(values, facts, isUefi),
      placeholder: 'q35',
      help: 'hw_machine_type: q35 for UEFI on x86_64, virt on aarch64. Empty: what the cloud takes.',
      pattern: { re: '[A-Za-z0-9._-]+', message: 'Is the name of a machine type of QEMU' },
    },
    {
      id: 'osDistro',
      label: 'Operating system',
      kind: 'text',
      group: 'image',
      ...(facts?.os ? { default: facts.os.id } : {}),
      help: 'os_distro',
    },
    {
      id: 'osVersion',
      label: 'Its version',
      kind: 'text',
      group: 'image',
      ...(facts?.os?.version ? { default: facts.os.version } : {}),
      help: 'os_version',
    },
    {
      id: 'minDisk',
      label: 'GiB of disk at least',
      kind: 'int',
      group: 'image',
      min: 0,
      ...(facts === null ? {} : { default: Math.ceil(facts.virtualBytes / GIB) }),
    },
    { id: 'minRam', label: 'MiB of memory at least', kind: 'int', group: 'image', min: 0, default: 0 },
  ]
}

function nameDefault(facts: SourceFacts | null): { default?: string } {
  const base = facts?.path
    .split('/')
    .at(-1)
    ?.replace(/\.(raw|img|qcow2|vmdk|vdi|vhdx|vhd)(\.(gz|xz|zst|bz2))?$/i, '')
  return base === undefined || base === '' ? {} : { default: base }
}

function machineDefault(values: FieldValues, facts: SourceFacts | null, isUefi: boolean): { default?: string } {
  const architecture = textOf(values, 'architecture') === '' ? facts?.architecture : textOf(values, 'architecture')
  if (architecture === 'aarch64') return { default: 'virt' }
  const firmware = textOf(values, 'firmware')
  return (firmware === '' ? isUefi : firmware === 'uefi') ? { default: 'q35' } : {}
}

/** How the service is reached: regions are asked for by it. */
const connectionFields: readonly Field[] = [
  {
    id: 'interface',
    label: 'Interface',
    kind: 'select',
    group: 'connection',
    choices: ['public', 'internal', 'admin'].map((value) => ({ value, label: value })),
    help: 'Which address of the catalogue is asked. Empty: that of the cloud, or public.',
  },
  authorityField,
]

const advancedFields: readonly Field[] = [
  {
    id: 'bus',
    label: 'Disk bus',
    kind: 'select',
    group: 'advanced',
    default: 'virtio',
    choices: ['virtio', 'scsi', 'sata', 'ide'].map((value) => ({ value, label: value })),
    help: 'hw_disk_bus',
  },
  { id: 'guestAgent', label: 'QEMU guest agent is in it', kind: 'bool', group: 'advanced', default: false, help: 'hw_qemu_guest_agent' },
  {
    id: 'configDrive',
    label: 'Needs a configuration drive',
    kind: 'bool',
    group: 'advanced',
    default: false,
    help: 'img_config_drive: for clouds without a metadata service.',
  },
  { id: 'secureBoot', label: 'Secure Boot is demanded', kind: 'bool', group: 'advanced', default: false, help: 'os_secure_boot' },
  { id: 'properties', label: 'Further properties', kind: 'tags', group: 'advanced' },
  { id: 'tags', label: 'Tags', kind: 'list', group: 'advanced' },
  { id: 'protected', label: 'Keep it from being deleted', kind: 'bool', group: 'advanced', default: false },
]
