import type { Field, FieldValues } from '../field.js'
import type { SourceFacts } from '../source-facts.js'
import { authorityField } from './authority-field.js'
import { LAUNCH_MODES, OCI_MIN_PART_MIB, ociFormat, stemOf, usualFirmware, usualFormat, usualObject, usualSystem } from './oci-choices.js'

export function ociFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  return [...accountFields, ...connectionFields, ...destinationFields(values, facts), ...imageFields(values, facts), ...advancedFields]
}

const accountFields: readonly Field[] = [
  {
    id: 'profile',
    label: 'Profile',
    kind: 'remote-select',
    group: 'account',
    required: true,
    default: 'DEFAULT',
    dependsOn: ['config'],
    help: 'A section of ~/.oci/config: an API key, or a session of oci session authenticate',
  },
  {
    id: 'region',
    label: 'Region',
    kind: 'remote-select',
    group: 'account',
    dependsOn: ['profile'],
    help: 'Without one: the region of the profile',
    placeholder: 'eu-frankfurt-1',
    pattern: { re: '[a-z0-9.-]{2,100}', message: 'Is the name of a region, such as eu-frankfurt-1' },
  },
  {
    id: 'passphrase',
    label: 'Passphrase of the key',
    kind: 'secret',
    group: 'account',
    help: 'Only where the key is encrypted and the profile has no pass_phrase',
  },
]

function destinationFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  return [
    {
      id: 'compartment',
      label: 'Compartment',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      dependsOn: ['profile', 'region'],
      help: 'Its OCID, or its path below the tenancy, such as dev/images',
    },
    {
      id: 'bucket',
      label: 'Bucket',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      dependsOn: ['profile', 'region', 'compartment'],
      help: 'Where the file lies while it is imported',
      pattern: { re: '[A-Za-z0-9_.-]{1,256}', message: 'Letters, digits, hyphens, dots and underscores, at most 256' },
    },
    {
      id: 'createBucket',
      label: 'Create the bucket when it is not there',
      kind: 'bool',
      group: 'destination',
      default: false,
    },
    {
      id: 'object',
      label: 'Name of the object',
      kind: 'text',
      group: 'destination',
      required: true,
      ...(facts === null ? {} : { default: usualObject(values, facts) }),
      help: 'Another object of that name is never replaced',
      pattern: { re: '[^\\0\\r\\n]{1,1024}', message: 'At most 1024 characters in one line' },
    },
    { id: 'keepObject', label: 'Keep the object after the import', kind: 'bool', group: 'destination', default: false },
  ]
}

function imageFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  const system = usualSystem(facts)
  return [
    {
      id: 'name',
      label: 'Name of the image',
      kind: 'text',
      group: 'image',
      required: true,
      ...(facts === null ? {} : { default: stemOf(facts) }),
      pattern: { re: '[^\\0\\r\\n]{1,255}', message: 'At most 255 characters in one line' },
    },
    {
      id: 'format',
      label: 'File',
      kind: 'select',
      group: 'image',
      default: usualFormat(facts),
      choices: [
        { value: 'archive', label: '.oci archive', help: 'Says firmware and shapes itself: the only sure way for UEFI and Arm' },
        { value: 'qcow2', label: 'qcow2', help: 'Firmware and shapes are set after the import' },
        { value: 'vmdk', label: 'VMDK', help: 'Stream-optimized; where an import of qcow2 does not boot' },
      ],
    },
    {
      id: 'firmware',
      label: 'Firmware',
      kind: 'select',
      group: 'image',
      default: usualFirmware(facts),
      choices: [
        { value: 'UEFI_64', label: 'UEFI' },
        { value: 'BIOS', label: 'BIOS' },
      ],
    },
    ...(ociFormat(values, facts) === 'archive' ? [] : [launchField]),
    ...(facts?.architecture === 'aarch64' ? [shapesField] : []),
    { id: 'os', label: 'Operating system', kind: 'text', group: 'image', default: system.name },
    { id: 'osVersion', label: 'Version', kind: 'text', group: 'image', ...(system.version === '' ? {} : { default: system.version }) },
    { id: 'tags', label: 'Free-form tags', kind: 'tags', group: 'image', default: {} },
  ]
}

/** An archive says it itself. */
const launchField: Field = {
  id: 'launchMode',
  label: 'Launch mode',
  kind: 'select',
  group: 'image',
  default: 'PARAVIRTUALIZED',
  choices: LAUNCH_MODES.map((value) => ({ value, label: value.charAt(0) + value.slice(1).toLowerCase() })),
}

const shapesField: Field = {
  id: 'shapes',
  label: 'Shapes',
  kind: 'list',
  group: 'image',
  default: ['VM.Standard.A1.Flex', 'VM.Standard.A2.Flex'],
  help: 'An imported Arm image can be started on the shapes that are named, on no others',
}

/** How the service is reached: lists are asked for by it. */
const connectionFields: readonly Field[] = [
  { id: 'config', label: 'Configuration file', kind: 'file', group: 'connection', help: 'In place of OCI_CONFIG_FILE and ~/.oci/config' },
  {
    id: 'endpoint',
    label: 'Endpoint',
    kind: 'text',
    group: 'connection',
    help: 'Of a Private Cloud Appliance or a region of one’s own; {service} stands for iaas, identity and objectstorage',
    placeholder: 'https://{service}.pca.example.com',
    pattern: { re: 'https?://[^\\s/?#]+/?', message: 'Starts with https:// and has no path' },
  },
  authorityField,
]

const advancedFields: readonly Field[] = [
  {
    id: 'route',
    label: 'Import by',
    kind: 'select',
    group: 'advanced',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'Object, else link', help: 'A link is made where the import does not take the object by its name' },
      { value: 'object', label: 'Name of the object' },
      { value: 'link', label: 'Pre-authenticated link', help: 'Federated users and instance principals need it; it ends after three days' },
    ],
  },
  {
    id: 'partMiB',
    label: 'MiB per part',
    kind: 'int',
    group: 'advanced',
    default: 16,
    min: OCI_MIN_PART_MIB,
    max: 51_200,
    help: 'Grows by itself where a file would need more than 10,000 parts',
  },
  { id: 'parallel', label: 'Parts at once', kind: 'int', group: 'advanced', default: 6, min: 1, max: 32 },
]
