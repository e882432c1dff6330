import { CONTAINER_LAYOUTS, type ContainerLayout } from '../../containers/container-requests.js'
import { goArch } from '../../containers/platform-match.js'
import type { Field, FieldValues } from '../field.js'
import { isFilled } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { authorityField } from './authority-field.js'
import { containerTransportOf, IMAGE_PLACES, type ImagePlace } from './registry-reference.js'

const PLACES: Readonly<Record<ImagePlace, string>> = {
  docker: 'A registry',
  'containers-storage': "This machine's podman",
  'oci-archive': 'An OCI archive',
  'docker-archive': 'An archive as docker load takes it',
  dir: 'A folder',
}

const LAYOUTS: Readonly<Record<ContainerLayout, string>> = {
  containerdisk: 'containerDisk: KubeVirt boots it',
  'boot-container': 'Boot container: the disk as /disk/boot.qcow2',
  artifact: 'Artifact: the file itself, for oras',
}

const TAG = { re: '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}', message: 'Letters, digits, _ . and -, 128 at most' }
const REPOSITORY = {
  re: '(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*',
  message: 'Small letters, digits, and . _ - between them; parts are parted by /',
}
/** podman's own names may begin with a registry. */
const LOCAL_NAME = { re: '[a-z0-9][a-z0-9._:/-]*', message: 'Small letters, digits, and . _ - / between them' }

/** Which fields there are: by where the image goes, and by what it is made of. */
export function registryFields(values: FieldValues, facts: SourceFacts | null): Field[] {
  const place = containerTransportOf(values)
  const isDisk = facts === null || facts.kind !== 'container'
  return [
    {
      id: 'place',
      label: 'Where it goes',
      kind: 'select',
      group: 'account',
      default: 'docker',
      choices: IMAGE_PLACES.map((value) => ({ value, label: PLACES[value] })),
    },
    ...(place === 'docker' ? [...accountFields(values), ...reachFields()] : []),
    ...placeFields(place),
    { id: 'overwrite', label: 'Replace what has the name already', kind: 'bool', group: 'destination', default: false },
    ...(isDisk ? diskFields(values, facts, place) : containerFields(place)),
  ]
}

/** The registry first: a password is kept for it, and for no other. */
function accountFields(values: FieldValues): Field[] {
  const host = {
    re: '[A-Za-z0-9.-]+(?::\\d{1,5})?|\\[[0-9A-Fa-f:.]+\\](?::\\d{1,5})?',
    message: 'HOST or HOST:PORT, without https://',
  }
  return [
    {
      id: 'registry',
      label: 'Registry',
      kind: 'text',
      group: 'account',
      required: true,
      placeholder: 'registry.example:5000',
      pattern: host,
    },
    {
      id: 'user',
      label: 'User',
      kind: 'text',
      group: 'account',
      help: 'Empty: the sign-in that podman, docker or Diskwright keeps for the registry, or none.',
    },
    ...(isFilled(values.user)
      ? [{ id: 'password', label: 'Password or token', kind: 'secret', group: 'account', required: true } as const]
      : []),
  ]
}

function placeFields(place: ImagePlace): Field[] {
  const tag: Field = { id: 'tag', label: 'Tag', kind: 'text', group: 'destination', default: 'latest', pattern: TAG }
  if (place === 'docker') {
    return [
      {
        id: 'repository',
        label: 'Repository',
        kind: 'text',
        group: 'destination',
        required: true,
        placeholder: 'team/boot',
        pattern: REPOSITORY,
      },
      tag,
    ]
  }
  if (place === 'containers-storage')
    return [
      {
        id: 'repository',
        label: 'Name',
        kind: 'text',
        group: 'destination',
        required: true,
        placeholder: 'localhost/boot',
        pattern: LOCAL_NAME,
      },
      tag,
    ]
  const target: Field = {
    id: 'target',
    label: place === 'dir' ? 'Folder' : 'File',
    kind: 'text',
    group: 'destination',
    required: true,
    placeholder: place === 'dir' ? '/images/boot' : '/images/boot.tar',
    pattern: { re: '/[^:\\n]+', message: 'An absolute path without a colon' },
  }
  return place === 'oci-archive' ? [target, tag] : [target]
}

/** A raw disk would be sent with all of its zeros, and everybody who takes one out of an image reads qcow2; an artifact is the file itself. */
function usualFormat(values: FieldValues, facts: SourceFacts | null): 'keep' | 'qcow2' {
  return facts?.format === 'raw' && values.layout !== 'artifact' ? 'qcow2' : 'keep'
}

function diskFields(values: FieldValues, facts: SourceFacts | null, place: ImagePlace): Field[] {
  const architecture = facts?.architecture ?? null
  return [
    {
      id: 'layout',
      label: 'Layout',
      kind: 'select',
      group: 'image',
      default: 'containerdisk',
      choices: CONTAINER_LAYOUTS.map((value) => ({ value, label: LAYOUTS[value] })),
    },
    {
      id: 'format',
      label: 'Format of the disk in it',
      kind: 'select',
      group: 'image',
      default: usualFormat(values, facts),
      choices: [
        { value: 'keep', label: 'As it is', help: 'What is neither qcow2 nor raw becomes qcow2.' },
        { value: 'qcow2', label: 'qcow2', help: 'Without the zeros of the disk; KubeVirt and others boot from it.' },
        { value: 'raw', label: 'raw', help: 'With all of its zeros.' },
      ],
    },
    {
      id: 'architecture',
      label: 'Architecture',
      kind: 'select',
      group: 'image',
      ...(architecture === null ? { required: true, help: 'Nothing in the disk tells it.' } : { default: goArch(architecture) }),
      choices: ['amd64', 'arm64'].map((value) => ({ value, label: value })),
    },
    { id: 'labels', label: 'Labels', kind: 'tags', group: 'image' },
    {
      id: 'addToIndex',
      label: 'Add to the index that has the name',
      kind: 'bool',
      group: 'image',
      default: false,
      help: 'For images of several architectures under one name.',
    },
    ...(place === 'docker-archive'
      ? []
      : [
          {
            id: 'compression',
            label: 'Compress the layer',
            kind: 'select',
            group: 'advanced',
            default: 'none',
            help: 'A qcow2 hardly gets smaller by it.',
            choices: ['none', 'gzip', 'zstd'].map((value) => ({ value, label: value })),
          } as const,
        ]),
  ]
}

function containerFields(place: ImagePlace): Field[] {
  const hasIndexes = place !== 'docker-archive' && place !== 'containers-storage'
  return [
    ...(hasIndexes ? [{ id: 'all', label: 'All images of an index', kind: 'bool', group: 'image', default: true } as const] : []),
    {
      id: 'keepDigests',
      label: 'Fail rather than change the manifest',
      kind: 'bool',
      group: 'advanced',
      default: false,
      help: 'Some places take another form of manifest, which has another digest.',
    },
  ]
}

function reachFields(): Field[] {
  return [
    {
      id: 'authFile',
      label: 'Auth file',
      kind: 'file',
      group: 'connection',
      help: 'In the form of containers-auth.json. Empty: that of podman or docker.',
    },
    authorityField,
    { id: 'plainHttp', label: 'HTTP without TLS', kind: 'bool', group: 'connection', default: false },
  ]
}
