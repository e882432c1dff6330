import type { Field, FieldValues } from '../field.js'
import { textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { authorityField } from './authority-field.js'
import { defaultKey, isNetboot, s3Format, s3Layout } from './s3-layout.js'

const MOST_PART_MIB = 5120

export function s3Fields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  return [
    ...accountFields(values),
    ...connectionFields(values),
    ...destinationFields(values, facts),
    ...imageFields(values, facts),
    ...advancedFields,
  ]
}

/** The service of Amazon itself: no address was given. */
export function isAmazon(values: FieldValues): boolean {
  const endpoint = textOf(values, 'endpoint')
  return endpoint === '' || /^https:\/\/[^/]*\.amazonaws\.com(\.cn)?(\/|:|$)/.test(endpoint)
}

function accountFields(values: FieldValues): readonly Field[] {
  const hasKey = textOf(values, 'accessKey') !== ''
  return [
    {
      id: 'profile',
      label: 'Profile',
      kind: 'remote-select',
      group: 'account',
      help: 'A profile of ~/.aws/config or ~/.aws/credentials. Empty: the key below, the variables AWS_ACCESS_KEY_ID …, or the default profile.',
    },
    { id: 'accessKey', label: 'Access key', kind: 'text', group: 'account', help: 'Only where there is no profile for it.' },
    ...(hasKey
      ? [
          { id: 'secretKey', label: 'Secret key', kind: 'secret', group: 'account', required: true } as const,
          {
            id: 'sessionToken',
            label: 'Session token',
            kind: 'secret',
            group: 'account',
            help: 'Of keys that last for a while only.',
          } as const,
        ]
      : []),
    {
      id: 'endpoint',
      label: 'Address',
      kind: 'text',
      group: 'account',
      placeholder: 'https://s3.site.example',
      help: 'Of a service that is compatible with S3. Empty: what the profile or AWS_ENDPOINT_URL says, or Amazon. Without TLS only where it begins with http://.',
      pattern: { re: 'https?://[^\\s/?#@]+(/[^\\s?#@]*)?', message: 'Is an address such as https://s3.site.example' },
    },
    {
      id: 'region',
      label: 'Region',
      kind: 'text',
      group: 'account',
      placeholder: 'us-east-1',
      help: 'Empty: that of the profile, of AWS_REGION, or us-east-1, which most compatible services take.',
      pattern: { re: '[A-Za-z0-9-]+', message: 'Is the name of a region, such as eu-central-1' },
    },
  ]
}

/** How the service is reached: buckets are asked for by it. */
function connectionFields(values: FieldValues): readonly Field[] {
  return [
    authorityField,
    {
      id: 'pathStyle',
      label: 'Bucket in the path',
      kind: 'bool',
      group: 'connection',
      default: !isAmazon(values),
      help: 'ADDRESS/BUCKET/NAME in place of BUCKET.ADDRESS/NAME; compatible services want it mostly.',
    },
  ]
}

function destinationFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  return [
    {
      id: 'bucket',
      label: 'Bucket',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      dependsOn: ['profile', 'accessKey', 'secretKey', 'endpoint', 'region'],
      pattern: { re: '[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]', message: 'Is the name of a bucket: letters, digits, dots and hyphens' },
    },
    { id: 'createBucket', label: 'Make the bucket if it is not there', kind: 'bool', group: 'destination', default: false },
    {
      id: 'layout',
      label: 'What is stored',
      kind: 'select',
      group: 'destination',
      default: s3Layout(values, facts),
      choices: [
        { value: 'object', label: 'One object', help: 'The image as one file.' },
        {
          value: 'tags',
          label: 'Network boot, a folder per tag',
          help: 'rootfs.squashfs, kernel and initramfs in PREFIX/OS/VERSION/NAME/TAG, as image-thrillhouse of OpenCHAMI lays them out.',
        },
        {
          value: 'kernels',
          label: 'Network boot, kernels by their version',
          help: 'PREFIX + OS-NAME-TAG and efi-images/PREFIX + vmlinuz-VERSION, as image-build of OpenCHAMI lays them out.',
        },
      ],
    },
    {
      id: 'prefix',
      label: 'Prefix',
      kind: 'text',
      group: 'destination',
      placeholder: 'compute/base/',
      help: 'Put before every name. A / at its end makes it a folder.',
      pattern: { re: '[^/\\x00-\\x1f][^\\x00-\\x1f]{0,499}', message: 'Does not begin with a / and is 500 characters at most' },
    },
    ...(isNetboot(values, facts)
      ? []
      : [
          {
            id: 'key',
            label: 'Name of the object',
            kind: 'text',
            group: 'destination',
            required: true,
            ...(facts === null ? {} : { default: defaultKey(values, facts) }),
            pattern: { re: '[^/\\x00-\\x1f][^\\x00-\\x1f]{0,1023}', message: 'Does not begin with a / and is 1024 characters at most' },
          } as const,
        ]),
    { id: 'overwrite', label: 'Replace what has the name already', kind: 'bool', group: 'destination', default: false },
  ]
}

const NAME = { re: '[A-Za-z0-9][A-Za-z0-9._-]*', message: 'Is made of letters, digits, dots, hyphens and underscores' }

function imageFields(values: FieldValues, facts: SourceFacts | null): readonly Field[] {
  if (!isNetboot(values, facts)) {
    if (facts !== null && facts.kind !== 'disk' && facts.kind !== 'ova') return []
    return [
      {
        id: 'format',
        label: 'Format',
        kind: 'select',
        group: 'image',
        default: s3Format(values, facts),
        choices: [
          { value: 'source', label: 'As the file is', help: 'Of a raw disk also its zeros are sent: an object has no holes.' },
          { value: 'raw', label: 'Raw', help: 'Read in place, without a copy; all of its zeros are sent.' },
          { value: 'qcow2', label: 'qcow2', help: 'Without the zeros of the disk.' },
          { value: 'vmdk', label: 'VMDK, stream-optimized' },
          { value: 'vhdx', label: 'VHDX' },
          { value: 'vhd', label: 'VHD, fixed' },
          { value: 'tar.gz', label: 'tar.gz with disk.raw in it' },
        ],
      },
    ]
  }
  return [
    { id: 'imageName', label: 'Name of the image', kind: 'text', group: 'image', required: true, default: 'base', pattern: NAME },
    { id: 'tag', label: 'Tag', kind: 'text', group: 'image', required: true, default: 'latest', pattern: NAME },
    {
      id: 'osId',
      label: 'Operating system',
      kind: 'text',
      group: 'image',
      required: true,
      ...(facts?.os ? { default: facts.os.id } : {}),
      placeholder: 'rocky',
      pattern: NAME,
    },
    {
      id: 'osVersion',
      label: 'Its version',
      kind: 'text',
      group: 'image',
      required: true,
      ...(facts?.os?.version ? { default: facts.os.version } : {}),
      placeholder: '9.5',
      pattern: NAME,
    },
    { id: 'kernel', label: 'Kernel', kind: 'file', group: 'image', required: true },
    { id: 'initramfs', label: 'Initial RAM disk', kind: 'file', group: 'image', required: true },
    {
      id: 'kernelVersion',
      label: 'Version of the kernel',
      kind: 'text',
      group: 'image',
      required: true,
      ...(kernelVersionOf(textOf(values, 'kernel')) === null ? {} : { default: kernelVersionOf(textOf(values, 'kernel')) ?? '' }),
      placeholder: '5.14.0-503.el9.x86_64',
      pattern: { re: '[A-Za-z0-9][A-Za-z0-9._+~-]*', message: 'Is a version as uname -r says it' },
    },
    {
      id: 'cmdline',
      label: 'Kernel arguments',
      kind: 'text',
      group: 'image',
      default: 'ip=dhcp rd.live.overlay.overlayfs=1',
      help: 'Besides root=live:…, which is added.',
    },
    {
      id: 'bootUrl',
      label: 'Address that machines boot from',
      kind: 'text',
      group: 'image',
      placeholder: 'http://172.16.0.254:9000/boot-images',
      help: 'Where it is another one than that of the bucket.',
      pattern: { re: 'https?://[^\\s?#@]+', message: 'Is an address such as http://172.16.0.254:9000/boot-images' },
    },
  ]
}

/** `/boot/vmlinuz-5.14.0-503.el9.x86_64` and `/lib/modules/5.14.0-503.el9.x86_64/vmlinuz`. */
export function kernelVersionOf(file: string): string | null {
  return /\/(?:vmlinuz|vmlinux|linux|kernel|Image)-(\d[^/]*)$/.exec(file)?.[1] ?? /\/modules\/(\d[^/]*)\/[^/]+$/.exec(file)?.[1] ?? null
}

const advancedFields: readonly Field[] = [
  {
    id: 'publicRead',
    label: 'Anybody may read it',
    kind: 'bool',
    group: 'advanced',
    default: false,
    help: 'Sets the ACL public-read on each object.',
  },
  { id: 'tags', label: 'Tags', kind: 'tags', group: 'advanced', help: 'Ten at most. Not all compatible services have them.' },
  {
    id: 'linkHours',
    label: 'Hours that the link is good for',
    kind: 'int',
    group: 'advanced',
    default: 0,
    min: 0,
    max: 168,
    help: 'The result makes a link that lets anybody read the object without an account, each time it is asked for; 0: none.',
  },
  {
    id: 'partMib',
    label: 'MiB of a part',
    kind: 'int',
    group: 'advanced',
    default: 16,
    min: 5,
    max: MOST_PART_MIB,
    help: 'More where the image needs more than 10000 parts. Parts that are on their way are in memory.',
  },
  { id: 'parallel', label: 'Parts at once', kind: 'int', group: 'advanced', default: 6, min: 1, max: 32 },
]
