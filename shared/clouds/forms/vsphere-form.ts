import type { MachineChoice } from '../../jobs/convert-request.js'
import type { Field, FieldValues } from '../field.js'
import type { ProviderForm } from '../provider-form.js'
import { flagOf, numberOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow, UploadStep } from '../upload-plan.js'
import { authorityField } from './authority-field.js'
import { safeName } from './vsphere-names.js'

/** A virtual disk of VMFS 6 (VMware configuration maximums, vSphere 7.0 and 8.0): 62 TiB. */
const MAX_DISK_BYTES = 62 * 1024 ** 4

const account: readonly Field[] = [
  {
    id: 'url',
    label: 'vCenter or ESXi host',
    kind: 'text',
    group: 'account',
    required: true,
    placeholder: 'vcenter.example.com',
    help: 'Name or address, with a port if it is not 443',
    pattern: {
      re: '(https://)?([A-Za-z0-9._-]+|\\[[0-9a-fA-F:]+\\])(:[0-9]{1,5})?(/sdk)?/?',
      message: 'Is a name or address, such as vcenter.example.com',
    },
  },
  { id: 'user', label: 'User', kind: 'text', group: 'account', required: true, placeholder: 'administrator@vsphere.local' },
  { id: 'password', label: 'Password', kind: 'secret', group: 'account', required: true },
  {
    id: 'thumbprint',
    label: 'Certificate thumbprint',
    kind: 'text',
    group: 'account',
    help: 'SHA-256 of its certificate, where no known authority signed it. The checks show what answers; compare it with what the administrator says',
    pattern: { re: '([0-9A-Fa-f]{2}:?){32}', message: 'Is made of 32 bytes in hexadecimal' },
  },
  { ...authorityField, group: 'account' },
]

function destination(values: FieldValues): readonly Field[] {
  const method: Field = {
    id: 'method',
    label: 'Make of it',
    kind: 'select',
    group: 'destination',
    default: 'library',
    choices: [
      { value: 'library', label: 'An item of a content library', help: 'vCenter only; machines are deployed from it' },
      { value: 'direct', label: 'A virtual machine', help: 'vCenter or a host alone; nothing is started' },
    ],
  }
  const datastore: Field = {
    id: 'datastore',
    label: 'Datastore',
    kind: 'remote-select',
    group: 'destination',
    required: true,
    dependsOn: ['url', 'user', 'password', 'datacenter'],
  }
  if (isLibrary(values)) {
    return [
      method,
      {
        id: 'library',
        label: 'Content library',
        kind: 'remote-select',
        group: 'destination',
        required: true,
        help: 'A local library; a name that is not there is made on the datastore',
        dependsOn: ['url', 'user', 'password'],
      },
      { ...datastore, required: false, help: 'Only for a library that is made' },
    ]
  }
  return [
    method,
    {
      id: 'datacenter',
      label: 'Datacenter',
      kind: 'remote-select',
      group: 'destination',
      help: 'May be left out where there is only one',
      dependsOn: ['url', 'user', 'password'],
    },
    datastore,
    {
      id: 'pool',
      label: 'Resource pool',
      kind: 'remote-select',
      group: 'destination',
      required: true,
      help: 'Every cluster and host has one',
      dependsOn: ['url', 'user', 'password', 'datacenter'],
    },
    {
      id: 'folder',
      label: 'Folder',
      kind: 'remote-select',
      group: 'destination',
      help: 'Of virtual machines; the top one without it',
      dependsOn: ['url', 'user', 'password', 'datacenter'],
    },
    {
      id: 'network',
      label: 'Network',
      kind: 'remote-select',
      group: 'destination',
      help: 'For its network card; the first one without it',
      dependsOn: ['url', 'user', 'password', 'datacenter'],
    },
    { id: 'template', label: 'Make it a template', kind: 'bool', group: 'destination', default: false },
  ]
}

function image(facts: SourceFacts | null): readonly Field[] {
  const name: Field = {
    id: 'name',
    label: 'Name',
    kind: 'text',
    group: 'image',
    required: true,
    pattern: { re: '[^%/\\\\]{1,80}', message: 'Has 1 to 80 characters, without /, \\ and %' },
    ...(facts === null ? {} : { default: safeName(facts.path) }),
  }
  // What an OVA says of its machine stays as it is.
  if (facts?.kind === 'ova') return [name]
  return [
    name,
    {
      id: 'firmware',
      label: 'Firmware',
      kind: 'select',
      group: 'image',
      default: facts?.firmware === 'bios' ? 'bios' : 'efi',
      choices: [
        { value: 'efi', label: 'UEFI' },
        { value: 'bios', label: 'BIOS' },
      ],
    },
    { id: 'secureBoot', label: 'Secure boot', kind: 'bool', group: 'advanced', default: false },
    {
      id: 'hardwareVersion',
      label: 'Hardware version',
      kind: 'int',
      group: 'image',
      default: 17,
      min: 11,
      max: 30,
      help: '13 runs on ESXi 6.5 and later, 17 on 7.0, 20 on 8.0',
    },
    { id: 'cpus', label: 'Processors', kind: 'int', group: 'image', default: 2, min: 1, max: 256 },
    { id: 'memoryMib', label: 'Memory in MiB', kind: 'int', group: 'image', default: 4096, min: 128, max: 4 * 1024 ** 2 },
    {
      id: 'diskController',
      label: 'Disk controller',
      kind: 'select',
      group: 'advanced',
      default: 'pvscsi',
      choices: ['pvscsi', 'lsilogic', 'sata', 'nvme', 'ide'].map((value) => ({ value, label: value })),
    },
  ]
}

export function isLibrary(values: FieldValues): boolean {
  return textOf(values, 'method') !== 'direct'
}

function machineOf(values: FieldValues): MachineChoice {
  const number = (id: string, name: 'cpus' | 'memoryMib' | 'hardwareVersion'): MachineChoice => {
    const value = numberOf(values, id)
    return value === null ? {} : { [name]: value }
  }
  const controller = textOf(values, 'diskController') as NonNullable<MachineChoice['diskController']> | ''
  return {
    firmware: textOf(values, 'firmware') === 'bios' ? 'bios' : 'efi',
    ...(flagOf(values, 'secureBoot') ? { secureBoot: true } : {}),
    ...number('cpus', 'cpus'),
    ...number('memoryMib', 'memoryMib'),
    ...number('hardwareVersion', 'hardwareVersion'),
    ...(controller === '' ? {} : { diskController: controller }),
  }
}

function validate(values: FieldValues, facts: SourceFacts): CheckRow[] {
  const rows: CheckRow[] = []
  const row = (code: string, title: string, state: CheckRow['state'], found: string, field?: string): void => {
    rows.push({ code, title, state, found, ...(field === undefined ? {} : { field }) })
  }
  if (facts.kind === 'disk' && facts.virtualBytes > MAX_DISK_BYTES)
    row('disk-too-large', 'Size', 'error', 'vSphere takes disks of 62 TiB at most')
  if (facts.architecture === 'aarch64') {
    row(
      'architecture',
      'Architecture',
      'warning',
      'The image is for ARM: it runs on ESXi-Arm hosts only, and vSphere has no name for such guests',
    )
  }
  if (facts.kind === 'disk' && facts.firmware !== null && facts.firmware !== 'both') {
    const chosen = textOf(values, 'firmware') === 'bios' ? 'bios' : 'uefi'
    const fits = facts.firmware === chosen
    rows.push({
      code: fits ? 'firmware' : 'firmware-mismatch',
      title: 'Firmware',
      state: fits ? 'ok' : 'error',
      found: fits
        ? `${chosen === 'uefi' ? 'UEFI' : 'BIOS'}, as the image needs it`
        : `The image boots by ${facts.firmware === 'uefi' ? 'UEFI' : 'BIOS'} only`,
      field: 'firmware',
      ...(fits
        ? {}
        : {
            fix: {
              kind: 'set' as const,
              field: 'firmware',
              value: facts.firmware === 'uefi' ? 'efi' : 'bios',
              label: facts.firmware === 'uefi' ? 'Use UEFI' : 'Use BIOS',
            },
          }),
    })
  }
  if (flagOf(values, 'secureBoot') && textOf(values, 'firmware') === 'bios') {
    row('secure-boot', 'Secure boot', 'error', 'Secure boot needs UEFI', 'secureBoot')
  }
  return rows
}

function steps(values: FieldValues): UploadStep[] {
  const name = textOf(values, 'name')
  if (isLibrary(values)) {
    return [
      { id: 'prepare', title: 'Make the library item', kind: 'remote', weight: 2, creates: [`library item ${name}`] },
      { id: 'send', title: 'Send the descriptor and the disk', kind: 'transfer', weight: 90, creates: [] },
      { id: 'import', title: 'Wait until the library has taken them', kind: 'wait', weight: 6, creates: [] },
      { id: 'verify', title: 'Compare what the library holds', kind: 'remote', weight: 2, creates: [] },
    ]
  }
  return [
    { id: 'prepare', title: 'Make the virtual machine', kind: 'remote', weight: 4, creates: [`virtual machine ${name}`] },
    { id: 'send', title: 'Send the disk', kind: 'transfer', weight: 90, creates: [] },
    {
      id: 'finish',
      title: flagOf(values, 'template') ? 'Finish, and make it a template' : 'Finish',
      kind: 'remote',
      weight: 6,
      creates: [],
    },
  ]
}

function quote(text: string): string {
  return /^[A-Za-z0-9._/@:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function commands(values: FieldValues): string[] {
  const url = textOf(values, 'url').replace(/^https:\/\//, '')
  const head = [
    `export GOVC_URL=${quote(url)} GOVC_USERNAME=${quote(textOf(values, 'user'))}`,
    'read -rs GOVC_PASSWORD && export GOVC_PASSWORD',
  ]
  const name = quote(textOf(values, 'name'))
  if (isLibrary(values)) return [...head, `govc library.import -n ${name} ${quote(textOf(values, 'library'))} image.ova`]
  const place = ['-ds', quote(textOf(values, 'datastore')), '-pool', quote(textOf(values, 'pool')), '-name', name]
  const made = `govc import.ova ${place.join(' ')} image.ova`
  return [...head, made, ...(flagOf(values, 'template') ? [`govc vm.markastemplate ${name}`] : [])]
}

/** VMware vSphere: a content library of a vCenter, or a virtual machine by an NFC lease. */
export const vsphereForm: ProviderForm = {
  id: 'vsphere',
  title: 'VMware vSphere',
  summary: 'An item of a content library, or a virtual machine or template',
  platform: 'vmware',
  takes: ['disk', 'ova'],
  fields: (values, facts) => [...account, ...destination(values), ...image(facts)],
  validate,
  payload: (values, facts) =>
    facts.kind === 'ova' ? { kind: 'source' } : { kind: 'artifact', artifact: 'vmware-ova', machine: machineOf(values) },
  steps,
  commands,
}
