import type { Field, FieldValues } from '../field.js'
import type { SourceFacts } from '../source-facts.js'
import { authorityField } from './authority-field.js'
import { gcpArchitecture, gcpName, gcpObject, GUEST_FEATURES, usualFeatures } from './gcp-choices.js'

export function gcpFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  return [
    ...accountFields,
    ...connectionFields,
    {
      id: 'bucket',
      label: 'Bucket',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      dependsOn: ['project', 'keyFile'],
      help: 'Where the file lies until the image is made',
      pattern: { re: '[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]', message: 'Lower-case letters, digits, hyphens, dots and underscores' },
    },
    {
      id: 'object',
      label: 'Name of the object',
      kind: 'text',
      group: 'destination',
      required: true,
      ...(facts === null ? {} : { default: gcpObject({ ...values, object: '' }, facts) }),
      help: 'Another object of that name is never replaced',
      pattern: { re: '[^\\r\\n]{1,1000}\\.tar\\.gz', message: 'Ends in .tar.gz, or no image can be made of it' },
    },
    { id: 'keepObject', label: 'Keep the object afterwards', kind: 'bool', group: 'destination', default: false },
    {
      id: 'storageLocation',
      label: 'Where the image is stored',
      kind: 'text',
      group: 'destination',
      placeholder: 'eu',
      help: 'A region or multi-region; without one Google chooses the multi-region that is nearest to the bucket',
      pattern: { re: '[a-z0-9-]{2,60}', message: 'Is a region or multi-region, such as eu or europe-west3' },
    },
    ...imageFields(facts),
    ...advancedFields,
  ]
}

const accountFields: readonly Field[] = [
  {
    id: 'keyFile',
    label: 'Credentials file',
    kind: 'file',
    group: 'account',
    help: 'Key of a service account, or what gcloud auth application-default login writes; without one GOOGLE_APPLICATION_CREDENTIALS, then gcloud’s own',
  },
  {
    id: 'project',
    label: 'Project',
    kind: 'remote-select',
    group: 'account',
    required: true,
    dependsOn: ['keyFile'],
    pattern: { re: '([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]', message: 'Is the id of a project, not its name or number' },
  },
]

function imageFields(facts: SourceFacts | null): readonly Field[] {
  const name = {
    re: '[a-z]([-a-z0-9]{0,61}[a-z0-9])?',
    message: 'Lower-case letters, digits and hyphens, at most 63; begins with a letter',
  }
  return [
    {
      id: 'name',
      label: 'Name of the image',
      kind: 'text',
      group: 'image',
      required: true,
      ...(facts === null ? {} : { default: gcpName(facts) }),
      pattern: name,
    },
    {
      id: 'family',
      label: 'Family',
      kind: 'text',
      group: 'image',
      help: 'The newest image of a family is used by its name',
      pattern: name,
    },
    {
      id: 'architecture',
      label: 'Architecture',
      kind: 'select',
      group: 'image',
      default: gcpArchitecture(facts) ?? 'X86_64',
      choices: [
        { value: 'X86_64', label: 'x86-64' },
        { value: 'ARM64', label: 'Arm' },
      ],
    },
    {
      id: 'features',
      label: 'Features of the guest',
      kind: 'list',
      group: 'image',
      default: usualFeatures(facts),
      choices: GUEST_FEATURES.map((value) => ({ value, label: value })),
      help: 'What the system in the image can do; UEFI_COMPATIBLE decides how it starts',
    },
    { id: 'labels', label: 'Labels', kind: 'tags', group: 'image', default: {} },
    {
      id: 'licenses',
      label: 'Licenses',
      kind: 'list',
      group: 'image',
      default: [],
      help: 'Addresses of licenses, such as the one for nested virtualization',
    },
    { id: 'description', label: 'Description', kind: 'text', group: 'image' },
  ]
}

/** How the service is reached: lists are asked for by it. */
const connectionFields: readonly Field[] = [
  {
    id: 'endpoint',
    label: 'Endpoint',
    kind: 'text',
    group: 'connection',
    help: 'In place of https://{service}.googleapis.com, such as for another universe or private access; {service} stands for storage and compute',
    pattern: { re: 'https?://[^\\s/?#]+/?', message: 'Starts with https:// and has no path' },
  },
  authorityField,
]

const advancedFields: readonly Field[] = [
  {
    id: 'chunkMiB',
    label: 'MiB per chunk',
    kind: 'int',
    group: 'advanced',
    default: 16,
    min: 1,
    max: 1024,
    help: 'A chunk that breaks off is sent again',
  },
]
