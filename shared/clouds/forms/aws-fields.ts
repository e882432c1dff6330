import type { Field, FieldValues } from '../field.js'
import { flagOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { authorityField } from './authority-field.js'

export const AWS_REGION = '[a-z]{2}(-[a-z]+)+-[0-9]+'
/** Days of a paused upload that the service keeps a half-written snapshot, at most (StartSnapshot, `Timeout`: 10 to 4320 minutes). */
const MOST_IDLE_MINUTES = 4320
const GIB = 1024 ** 3

export type AwsMethod = 'ebs' | 's3'

export function awsMethod(values: FieldValues): AwsMethod {
  return textOf(values, 'method') === 's3' ? 's3' : 'ebs'
}

/** EBS counts in whole GiB. */
export function volumeGib(facts: SourceFacts): number {
  return Math.max(1, Math.ceil(facts.virtualBytes / GIB))
}

export function awsFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  return [...accountFields, authorityField, ...destinationFields(values), ...imageFields(values, facts), ...advancedFields(values)]
}

const accountFields: readonly Field[] = [
  {
    id: 'profile',
    label: 'Profile',
    kind: 'remote-select',
    group: 'account',
    help: 'A profile of ~/.aws/config or ~/.aws/credentials. Empty: the variables AWS_ACCESS_KEY_ID …, or the default profile.',
  },
  {
    id: 'region',
    label: 'Region',
    kind: 'remote-select',
    group: 'account',
    required: true,
    placeholder: 'eu-central-1',
    pattern: { re: AWS_REGION, message: 'Is not the name of a region, such as eu-central-1' },
    dependsOn: ['profile'],
  },
]

function destinationFields(values: FieldValues): readonly Field[] {
  const isImport = awsMethod(values) === 's3'
  return [
    {
      id: 'method',
      label: 'Way',
      kind: 'select',
      group: 'destination',
      default: 'ebs',
      choices: [
        { value: 'ebs', label: 'Straight into a snapshot', help: 'Needs no bucket and no role; empty blocks are not sent.' },
        { value: 's3', label: 'Over an object in S3', help: 'Needs a bucket in the same region and the role of VM Import.' },
      ],
    },
    ...(isImport ? importFields : []),
    {
      id: 'encrypted',
      label: 'Encrypt the snapshot',
      kind: 'bool',
      group: 'destination',
      default: false,
      help: 'An encrypted image cannot be public, and is shared only with its key.',
    },
    ...(flagOf(values, 'encrypted')
      ? [
          {
            id: 'kmsKey',
            label: 'KMS key',
            kind: 'text' as const,
            group: 'destination' as const,
            placeholder: 'arn:aws:kms:…',
            help: 'Empty: the key aws/ebs of the account.',
            pattern: { re: 'arn:aws[a-z-]*:kms:.+', message: 'Is not the ARN of a key' },
          },
        ]
      : []),
  ]
}

const importFields: readonly Field[] = [
  {
    id: 'bucket',
    label: 'Bucket',
    kind: 'remote-select',
    group: 'destination',
    required: true,
    dependsOn: ['profile', 'region'],
    pattern: { re: '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]', message: 'Is not the name of a bucket' },
  },
  {
    id: 'format',
    label: 'Format of the object',
    kind: 'select',
    group: 'destination',
    default: 'VMDK',
    choices: [
      { value: 'VMDK', label: 'Compressed VMDK', help: 'Sends the least.' },
      { value: 'RAW', label: 'Raw', help: 'All bytes of the disk, empty ones too.' },
    ],
  },
  {
    id: 'role',
    label: 'Role of VM Import',
    kind: 'text',
    group: 'destination',
    default: 'vmimport',
    pattern: { re: '[A-Za-z0-9+=,.@_-]{1,64}', message: 'Is not the name of a role' },
  },
  { id: 'keepObject', label: 'Keep the object afterwards', kind: 'bool', group: 'destination', default: false },
]

function imageFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  const isArm = facts?.architecture === 'aarch64'
  return [
    {
      id: 'name',
      label: 'Name',
      kind: 'text',
      group: 'image',
      required: true,
      ...(facts === null ? {} : { default: usualName(facts) }),
      pattern: { re: "[A-Za-z0-9()\\[\\] ./'@_-]{3,128}", message: "Has 3 to 128 letters, digits, spaces and ()[]./-'@_" },
    },
    {
      id: 'description',
      label: 'Description',
      kind: 'text',
      group: 'image',
      pattern: { re: '.{0,255}', message: 'Has 255 letters at most' },
    },
    {
      id: 'architecture',
      label: 'Architecture',
      kind: 'select',
      group: 'image',
      default: isArm ? 'arm64' : 'x86_64',
      choices: [
        { value: 'x86_64', label: 'x86_64' },
        { value: 'arm64', label: 'arm64', help: 'Graviton; always UEFI.' },
      ],
    },
    {
      id: 'bootMode',
      label: 'Firmware',
      kind: 'select',
      group: 'image',
      default: usualBootMode(facts),
      choices: [
        { value: 'uefi-preferred', label: 'UEFI where the instance type has it', help: 'For disks that start both ways.' },
        { value: 'uefi', label: 'UEFI' },
        { value: 'legacy-bios', label: 'BIOS' },
      ],
    },
    { id: 'ena', label: 'Enhanced networking (ENA)', kind: 'bool', group: 'image', default: true, help: 'The disk has the driver ena.' },
    { id: 'imdsv2', label: 'Only IMDSv2', kind: 'bool', group: 'image', default: true, help: 'Metadata only with a session token.' },
    ...(textOf(values, 'bootMode') === 'uefi'
      ? [
          {
            id: 'tpm',
            label: 'NitroTPM',
            kind: 'bool' as const,
            group: 'image' as const,
            default: false,
            help: 'TPM 2.0 for each instance.',
          },
        ]
      : []),
    { id: 'tags', label: 'Tags', kind: 'tags', group: 'image', default: {} },
    {
      id: 'copyTo',
      label: 'Copy to regions',
      kind: 'list',
      group: 'image',
      default: [],
      help: 'The image is copied there when it is ready.',
    },
    { id: 'shareWith', label: 'Share with accounts', kind: 'list', group: 'image', default: [], help: 'Numbers of 12 digits.' },
  ]
}

function advancedFields(values: FieldValues): readonly Field[] {
  return [
    {
      id: 'rootDevice',
      label: 'Root device',
      kind: 'text',
      group: 'advanced',
      default: '/dev/xvda',
      pattern: { re: '/dev/[a-z0-9]+', message: 'Is a device, such as /dev/xvda' },
    },
    {
      id: 'volumeType',
      label: 'Volume type',
      kind: 'select',
      group: 'advanced',
      default: 'gp3',
      choices: ['gp3', 'gp2'].map((value) => ({ value, label: value })),
    },
    {
      id: 'volumeSize',
      label: 'Size of the volume (GiB)',
      kind: 'int',
      group: 'advanced',
      min: 1,
      max: 65_536,
      help: 'Empty: as large as the disk.',
    },
    ...(awsMethod(values) === 'ebs'
      ? [
          {
            id: 'idleMinutes',
            label: 'Keep a half-written snapshot (minutes)',
            kind: 'int' as const,
            group: 'advanced' as const,
            default: MOST_IDLE_MINUTES,
            min: 10,
            max: MOST_IDLE_MINUTES,
            help: 'A paused upload can go on so long.',
          },
        ]
      : [
          {
            id: 'partMib',
            label: 'Size of a part (MiB)',
            kind: 'int' as const,
            group: 'advanced' as const,
            default: 16,
            min: 5,
            max: 512,
          },
        ]),
    {
      id: 'parallel',
      label: 'Requests at once',
      kind: 'int',
      group: 'advanced',
      default: awsMethod(values) === 'ebs' ? 32 : 6,
      min: 1,
      max: 64,
    },
  ]
}

function usualName({ os, architecture }: SourceFacts): string {
  const words = [os?.id ?? 'image', os?.version, architecture].filter((word) => word !== null && word !== undefined)
  return words.join('-').replaceAll(/[^A-Za-z0-9()[\] ./'@_-]/gu, '-')
}

function usualBootMode(facts: SourceFacts | null): string {
  if (facts?.architecture === 'aarch64' || facts?.firmware === 'uefi') return 'uefi'
  return facts?.firmware === 'bios' ? 'legacy-bios' : 'uefi-preferred'
}
