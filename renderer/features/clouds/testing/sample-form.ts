import type { Field } from '#shared/clouds/field'
import type { ProviderForm } from '#shared/clouds/provider-form'
import type { ProviderId } from '#shared/clouds/provider-ids'
import { textOf } from '#shared/clouds/read-values'
import type { CheckRow } from '#shared/clouds/upload-plan'
import type { SourceFacts } from '#shared/clouds/source-facts'

/** Every kind of field once, and what a provider can make depend on values and on the image. */
export const SAMPLE_FIELDS: readonly Field[] = [
  { id: 'profile', label: 'Profile', kind: 'text', group: 'account', help: 'Of the configuration file.' },
  { id: 'token', label: 'Token', kind: 'secret', group: 'account', required: true },
  { id: 'bucket', label: 'Bucket', kind: 'remote-select', group: 'destination', required: true, dependsOn: ['region'] },
  {
    id: 'region',
    label: 'Region',
    kind: 'select',
    group: 'destination',
    default: 'north',
    choices: [
      { value: 'north', label: 'North', help: 'Cold' },
      { value: 'south', label: 'South' },
    ],
  },
  {
    id: 'name',
    label: 'Name',
    kind: 'text',
    group: 'image',
    required: true,
    pattern: { re: '[a-z0-9-]+', message: 'Letters, digits and dashes' },
  },
  { id: 'cores', label: 'Cores', kind: 'int', group: 'image', min: 1, max: 64, default: 2 },
  { id: 'public', label: 'Everyone may read it', kind: 'bool', group: 'image' },
  { id: 'labels', label: 'Labels', kind: 'tags', group: 'advanced' },
  { id: 'regions', label: 'Copy to', kind: 'list', group: 'advanced' },
  { id: 'ca', label: 'Certificate of the authority', kind: 'file', group: 'connection' },
]

export const SAMPLE_FORM: ProviderForm = {
  id: 's3',
  title: 'Sample cloud',
  summary: 'A sample image',
  platform: 'oci',
  takes: ['disk'],
  fields: (values) => SAMPLE_FIELDS.filter(({ id }) => id !== 'cores' || textOf(values, 'name') !== 'no-cores'),
  validate: (values): CheckRow[] =>
    textOf(values, 'name').startsWith('test-')
      ? [
          {
            code: 'sample-name',
            title: 'Name',
            state: 'warning',
            found: 'It sounds like a test',
            field: 'name',
            fix: { kind: 'set', field: 'name', value: 'boot', label: 'Call it boot' },
          },
        ]
      : [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}

/** The forms of all providers, the sample's in the place of S3's. */
export function withSampleForm({ providerForm }: { readonly providerForm: (id: ProviderId) => ProviderForm }) {
  return { providerForm: (id: ProviderId) => (id === 's3' ? SAMPLE_FORM : providerForm(id)) }
}

const MIB = 1024 * 1024

export function sampleFacts(more: Partial<SourceFacts> = {}): SourceFacts {
  return {
    path: '/images/boot.qcow2',
    kind: 'disk',
    format: 'qcow2',
    subformat: 'v3',
    virtualBytes: 15 * 1024 * MIB,
    fileBytes: 800 * MIB,
    dataBytes: 792 * MIB,
    architecture: 'x86_64',
    firmware: 'uefi',
    os: { id: 'ol', version: '8.10', name: 'Oracle Linux Server 8.10' },
    ignitionPlatform: 'qemu',
    revision: 'r1',
    ...more,
  }
}
