import type { Field, FieldValues } from '../field.js'
import { flagOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { authorityField } from './authority-field.js'

const GUID = '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'
const MIB = 1024 ** 2
/** The least that a disk for upload can be: 20 MiB and a footer (Disks REST reference, `uploadSizeBytes`). */
const LEAST_BYTES = 20 * MIB
export const VHD_FOOTER_BYTES = 512

export type AzureTarget = 'gallery' | 'disk' | 'image'
export type AzureWay = 'disk' | 'blob'

export function azureTarget(values: FieldValues): AzureTarget {
  const target = textOf(values, 'target')
  return target === 'disk' || target === 'image' ? target : 'gallery'
}

/** Where the bytes go first. */
export function azureWay(values: FieldValues): AzureWay {
  return textOf(values, 'way') === 'blob' ? 'blob' : 'disk'
}

/** Bytes of the disk in its VHD, without the footer: Azure takes whole MiB only. */
export function azureDiskBytes({ virtualBytes }: Pick<SourceFacts, 'virtualBytes'>): number {
  return Math.max(LEAST_BYTES, Math.ceil(virtualBytes / MIB) * MIB)
}

export function azureFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  const target = azureTarget(values)
  return [
    ...accountFields(values),
    ...destinationFields(values),
    ...(target === 'gallery' ? galleryFields(values, facts) : []),
    ...imageFields(values, facts),
    ...advancedFields(values),
  ]
}

function accountFields(values: FieldValues): readonly Field[] {
  const isOwn = textOf(values, 'cloud') === 'own'
  return [
    {
      id: 'signIn',
      label: 'Sign-in',
      kind: 'select',
      group: 'account',
      default: 'cli',
      choices: [
        { value: 'cli', label: 'Azure CLI', help: 'That of az login.' },
        { value: 'env', label: 'Variables', help: 'AZURE_CLIENT_ID with AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH.' },
      ],
    },
    {
      id: 'tenant',
      label: 'Tenant',
      kind: 'text',
      group: 'account',
      required: true,
      pattern: { re: `${GUID}|[a-z0-9][a-z0-9.-]*\\.[a-z]+`, message: 'Is not the id or domain of a tenant' },
    },
    {
      id: 'subscription',
      label: 'Subscription',
      kind: 'remote-select',
      group: 'account',
      required: true,
      pattern: { re: GUID, message: 'Is not the id of a subscription' },
      dependsOn: ['signIn', 'tenant', 'authority', 'manager'],
    },
    {
      id: 'cloud',
      label: 'Cloud',
      kind: 'select',
      group: 'connection',
      default: 'public',
      choices: [
        { value: 'public', label: 'Azure' },
        { value: 'government', label: 'Azure Government' },
        { value: 'china', label: 'Azure operated by 21Vianet' },
        { value: 'own', label: 'Another one', help: 'Such as Azure Stack Hub.' },
      ],
    },
    ...(isOwn
      ? [
          { ...address('authority', 'Address to sign in at'), required: true },
          { ...address('manager', 'Address of the resource manager'), required: true },
          { ...address('storage', 'Address of the storage account'), help: 'For a page blob.' },
        ]
      : []),
    authorityField,
  ]
}

function address(id: string, label: string): Field {
  const pattern = { re: 'https://.+', message: 'Starts with https://' }
  return { id, label, kind: 'text', group: 'connection', placeholder: 'https://…', pattern }
}

function destinationFields(values: FieldValues): readonly Field[] {
  return [
    {
      id: 'resourceGroup',
      label: 'Resource group',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      pattern: { re: '[\\w.()-]{0,89}[\\w()-]', message: 'Has 1 to 90 letters, digits and _-.(), and no dot at its end' },
      dependsOn: ['subscription'],
    },
    {
      id: 'location',
      label: 'Location',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      pattern: { re: '[a-z0-9]+', message: 'Is not the name of a location, such as westeurope' },
      dependsOn: ['subscription'],
    },
    {
      id: 'target',
      label: 'What is made',
      kind: 'select',
      group: 'destination',
      default: 'gallery',
      choices: [
        { value: 'gallery', label: 'A version in a gallery', help: 'In several regions, with versions; the way for Arm64.' },
        { value: 'disk', label: 'A managed disk' },
        { value: 'image', label: 'A managed image', help: 'Of the old kind: x64 only, one region.' },
      ],
    },
    {
      id: 'way',
      label: 'Way',
      kind: 'select',
      group: 'destination',
      default: 'disk',
      choices: [
        { value: 'disk', label: 'Straight into a managed disk', help: 'Needs no storage account.' },
        { value: 'blob', label: 'Over a page blob in a storage account' },
      ],
    },
    ...(azureWay(values) === 'blob'
      ? [
          {
            id: 'account',
            label: 'Storage account',
            kind: 'remote-select' as const,
            group: 'destination' as const,
            required: true,
            pattern: { re: '[a-z0-9]{3,24}', message: 'Has 3 to 24 small letters and digits' },
            dependsOn: ['subscription', 'resourceGroup'],
          },
          {
            id: 'container',
            label: 'Container',
            kind: 'text' as const,
            group: 'destination' as const,
            default: 'vhds',
            pattern: { re: '[a-z0-9](-?[a-z0-9]){2,62}', message: 'Has 3 to 63 small letters, digits and single dashes' },
          },
          { id: 'keepBlob', label: 'Keep the blob afterwards', kind: 'bool' as const, group: 'destination' as const, default: false },
        ]
      : []),
  ]
}

function galleryFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  const os = facts?.os?.id ?? 'linux'
  return [
    {
      id: 'gallery',
      label: 'Gallery',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      pattern: { re: '[A-Za-z0-9]([A-Za-z0-9_.]{0,78}[A-Za-z0-9])?', message: 'Has letters, digits, _ and dots, and no dashes' },
      dependsOn: ['resourceGroup'],
    },
    {
      id: 'definition',
      label: 'Image definition',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      pattern: { re: '[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9])?', message: 'Has letters, digits, dashes, _ and dots' },
      dependsOn: ['gallery'],
    },
    { id: 'create', label: 'Make gallery and definition if they are not there', kind: 'bool', group: 'destination', default: true },
    {
      id: 'version',
      label: 'Version',
      kind: 'text',
      group: 'destination',
      default: '1.0.0',
      pattern: { re: '\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}', message: 'Is made of three numbers, such as 1.0.0' },
    },
    { id: 'regions', label: 'Further regions', kind: 'list', group: 'destination', default: [] },
    ...(flagOf(values, 'create')
      ? [
          marketing('publisher', 'Publisher', 'Own', 128),
          marketing('offer', 'Offer', os, 64),
          marketing('sku', 'SKU', [os, facts?.os?.version].filter(Boolean).join('-'), 64),
        ]
      : []),
  ]
}

/** All three together tell definitions of a gallery apart. */
function marketing(id: string, label: string, usual: string, most: number): Field {
  const pattern = { re: `[A-Za-z0-9_.-]{1,${most}}`, message: `Has ${most} letters, digits, dashes, _ and dots at most` }
  return { id, label, kind: 'text', group: 'advanced', default: usual, pattern, help: 'Of a definition that is made.' }
}

function imageFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  const isArm = facts?.architecture === 'aarch64'
  return [
    {
      id: 'name',
      label: azureTarget(values) === 'gallery' ? 'Name of the disk on the way' : 'Name',
      kind: 'text',
      group: 'image',
      required: true,
      ...(facts === null ? {} : { default: usualName(facts) }),
      pattern: { re: '[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_])?', message: 'Has 80 letters, digits, dashes, _ and dots at most' },
    },
    {
      id: 'architecture',
      label: 'Architecture',
      kind: 'select',
      group: 'image',
      default: isArm ? 'Arm64' : 'x64',
      choices: [
        { value: 'x64', label: 'x64' },
        { value: 'Arm64', label: 'Arm64', help: 'Generation 2, in a gallery.' },
      ],
    },
    {
      id: 'generation',
      label: 'Generation',
      kind: 'select',
      group: 'image',
      default: facts?.firmware === 'bios' && !isArm ? 'V1' : 'V2',
      choices: [
        { value: 'V2', label: '2 (UEFI)' },
        { value: 'V1', label: '1 (BIOS)' },
      ],
    },
    {
      id: 'security',
      label: 'Security',
      kind: 'select',
      group: 'image',
      default: 'Standard',
      choices: [
        { value: 'Standard', label: 'Standard' },
        { value: 'TrustedLaunchSupported', label: 'Trusted launch can be used', help: 'Secure Boot and a TPM; generation 2.' },
        { value: 'TrustedLaunch', label: 'Trusted launch only' },
      ],
    },
    {
      id: 'osState',
      label: 'Its system',
      kind: 'select',
      group: 'image',
      default: 'Generalized',
      choices: [
        { value: 'Generalized', label: 'Is set up at its first start' },
        { value: 'Specialized', label: 'Is set up already', help: 'Machines get no user and no key.' },
      ],
    },
    { id: 'tags', label: 'Tags', kind: 'tags', group: 'image', default: {} },
  ]
}

function advancedFields(values: FieldValues): readonly Field[] {
  return [
    {
      id: 'diskSku',
      label: 'Kind of disk',
      kind: 'select',
      group: 'advanced',
      default: 'Standard_LRS',
      choices: ['Standard_LRS', 'StandardSSD_LRS', 'Premium_LRS'].map((value) => ({ value, label: value })),
    },
    ...(azureTarget(values) === 'disk'
      ? []
      : [{ id: 'keepDisk', label: 'Keep the disk on the way', kind: 'bool' as const, group: 'advanced' as const, default: false }]),
    { id: 'parallel', label: 'Requests at once', kind: 'int', group: 'advanced', default: 16, min: 1, max: 64 },
  ]
}

function usualName({ os, architecture }: SourceFacts): string {
  const words = [os?.id ?? 'image', os?.version, architecture].filter((word) => word !== null && word !== undefined)
  return words.join('-').replaceAll(/[^A-Za-z0-9_.-]/gu, '-')
}
