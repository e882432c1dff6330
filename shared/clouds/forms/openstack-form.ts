import { shellLine } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import type { ProviderForm } from '../provider-form.js'
import { flagOf, listOf, numberOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow } from '../upload-plan.js'
import { ENVIRONMENT_CLOUD, openstackFields, openstackFormat } from './openstack-fields.js'
import { glanceFormat, imageProperties } from './openstack-image.js'

/** Names that the Images API keeps for itself, so that no property can have them. */
const RESERVED = new Set([
  'id',
  'name',
  'status',
  'owner',
  'checksum',
  'size',
  'visibility',
  'protected',
  'tags',
  'disk_format',
  'container_format',
  'min_disk',
  'min_ram',
  'self',
  'file',
  'schema',
])

/** OpenStack. */
export const openstackForm: ProviderForm = {
  id: 'openstack',
  title: 'OpenStack',
  summary: 'An image in Glance',
  platform: 'openstack',
  takes: ['disk'],
  fields: openstackFields,
  validate: (values, facts) => [...platformRows(facts), ...formatRows(values, facts), ...machineRows(values, facts)],
  payload: (values) => {
    const format = openstackFormat(values)
    return format === 'raw'
      ? { kind: 'disk' }
      : format === 'source'
        ? { kind: 'source' }
        : { kind: 'artifact', artifact: 'openstack-qcow2' }
  },
  steps: (values) => {
    const name = textOf(values, 'name')
    const isImport = textOf(values, 'method') === 'import'
    return [
      { id: 'create', title: `Make the image ${name}`, kind: 'remote', weight: 0.02, creates: [`image ${name}`] },
      { id: 'upload', title: isImport ? 'Send the disk to the staging area' : 'Send the disk', kind: 'transfer', weight: 0.9, creates: [] },
      {
        id: 'import',
        title: isImport ? 'Import it' : 'Wait until the image is active',
        kind: 'wait',
        weight: isImport ? 0.2 : 0.05,
        creates: [],
      },
      { id: 'verify', title: 'Compare its digest', kind: 'remote', weight: 0.02, creates: [] },
    ]
  },
  commands,
}

function platformRows(facts: SourceFacts): CheckRow[] {
  const { ignitionPlatform } = facts
  if (ignitionPlatform === null || ignitionPlatform === 'openstack') return []
  const found = `Ignition in it is told that it runs on ${ignitionPlatform}; on OpenStack it would not find its configuration`
  return [{ code: 'platform', title: 'Platform', state: 'warning', found, fix: { kind: 'retarget', platform: 'openstack' } }]
}

function formatRows(values: FieldValues, facts: SourceFacts): CheckRow[] {
  if (glanceFormat(values, facts) !== null) return []
  const found = `Glance has no name for ${facts.format ?? 'what is packed'}`
  return [
    {
      code: 'format',
      title: 'Format',
      state: 'error',
      found,
      field: 'diskFormat',
      fix: { kind: 'set', field: 'diskFormat', value: 'qcow2', label: 'Convert to qcow2' },
    },
  ]
}

function machineRows(values: FieldValues, facts: SourceFacts): CheckRow[] {
  const rows: CheckRow[] = []
  const architecture = textOf(values, 'architecture')
  const firmware = textOf(values, 'firmware')
  if (facts.architecture !== null && architecture !== '' && facts.architecture !== architecture) {
    rows.push({
      code: 'architecture',
      title: 'Architecture',
      state: 'error',
      found: `The system in it is for ${facts.architecture}`,
      field: 'architecture',
    })
  }
  const lacks = (facts.firmware === 'uefi' && firmware === 'bios') || (facts.firmware === 'bios' && firmware === 'uefi')
  if (lacks) {
    const found = `There is a boot loader for ${facts.firmware === 'uefi' ? 'UEFI' : 'BIOS'} alone in it: it would not start`
    rows.push({ code: 'firmware', title: 'Firmware', state: 'error', found, field: 'firmware' })
  }
  if (facts.firmware === 'uefi' && firmware === 'any' && facts.architecture === 'x86_64') {
    const found = 'It starts by UEFI alone, and clouds take BIOS for x86_64 mostly'
    rows.push({
      code: 'firmware',
      title: 'Firmware',
      state: 'warning',
      found,
      field: 'firmware',
      fix: { kind: 'set', field: 'firmware', value: 'uefi', label: 'Demand UEFI' },
    })
  }
  const minDisk = numberOf(values, 'minDisk') ?? 0
  if (minDisk > 0 && minDisk * 1024 ** 3 < facts.virtualBytes) {
    rows.push({ code: 'min-disk', title: 'Disk', state: 'error', found: 'The disk of the image is larger', field: 'minDisk' })
  }
  const own = Object.keys(imageProperties(values)).find((name) => RESERVED.has(name))
  if (own !== undefined)
    rows.push({
      code: 'property',
      title: 'Properties',
      state: 'error',
      found: `Glance keeps the name ${own} for itself`,
      field: 'properties',
    })
  return rows
}

/** The same by the OpenStack command line. */
function commands(values: FieldValues, facts: SourceFacts): readonly string[] {
  const format = openstackFormat(values)
  const file = format === 'source' ? facts.path : `disk.${format}`
  const convert =
    format === 'source' ? [] : [shellLine(['qemu-img', 'convert', ...(format === 'qcow2' ? ['-c'] : []), '-O', format, facts.path, file])]
  const option = (name: string, value: string | number): string[] => (value === '' || value === 0 ? [] : [name, String(value)])
  const create = [
    ...cloudWords(values),
    'image',
    'create',
    '--disk-format',
    glanceFormat(values, facts) ?? 'raw',
    '--container-format',
    'bare',
    `--${textOf(values, 'visibility') || 'private'}`,
    ...option('--min-disk', numberOf(values, 'minDisk') ?? 0),
    ...option('--min-ram', numberOf(values, 'minRam') ?? 0),
    ...(flagOf(values, 'protected') ? ['--protected'] : []),
    ...(textOf(values, 'method') === 'import' ? ['--import'] : []),
    ...listOf(values, 'tags').flatMap((tag) => ['--tag', tag]),
    ...Object.entries(imageProperties(values)).flatMap(([name, value]) => ['--property', `${name}=${value}`]),
    '--file',
    file,
    textOf(values, 'name'),
  ]
  return [...convert, shellLine(create)]
}

export function cloudWords(values: FieldValues): string[] {
  const cloud = textOf(values, 'cloud')
  const options = [
    ['--os-cloud', cloud === ENVIRONMENT_CLOUD ? '' : cloud],
    ['--os-auth-url', cloud === '' ? textOf(values, 'authUrl') : ''],
    ['--os-region-name', textOf(values, 'region')],
    ['--os-cacert', textOf(values, 'ca')],
  ] as const
  return ['openstack', ...options.flatMap(([name, value]) => (value === '' ? [] : [name, value]))]
}
