import { formatBytes } from '../../text/bytes.js'
import type { FieldValues } from '../field.js'
import type { ProviderForm } from '../provider-form.js'
import { flagOf, listOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow, UploadStep } from '../upload-plan.js'
import { OCI_MAX_BYTES, ociArtifact, ociFormat, usualFirmware, usualObject } from './oci-choices.js'
import { ociCommands } from './oci-commands.js'
import { ociFields } from './oci-fields.js'

/** Oracle Cloud: an archive goes to a bucket in parts, and is imported as a custom image from there. */
export const ociForm: ProviderForm = {
  id: 'oci',
  title: 'Oracle Cloud',
  summary: 'A custom image in a compartment',
  platform: 'oci',
  takes: ['disk'],
  fields: ociFields,
  validate: (values, facts) => [...sizeRows(facts), ...firmwareRows(values, facts), ...shapeRows(values, facts), ...tagRows(values)],
  payload: (values, facts) => ({ kind: 'artifact', artifact: ociArtifact(values, facts) }),
  steps: ociSteps,
  commands: ociCommands,
}

function sizeRows({ virtualBytes }: SourceFacts): CheckRow[] {
  if (virtualBytes <= OCI_MAX_BYTES) {
    return [{ code: 'oci-size', title: 'Size', state: 'ok', found: `${formatBytes(virtualBytes)} of at most 400 GB` }]
  }
  return [
    {
      code: 'oci-size',
      title: 'Size',
      state: 'error',
      found: `The disk has ${formatBytes(virtualBytes)}; Oracle Cloud imports at most 400 GB`,
    },
  ]
}

function firmwareRows(values: FieldValues, facts: SourceFacts): CheckRow[] {
  const row = { code: 'oci-firmware', title: 'Firmware', field: 'firmware' } as const
  const chosen = textOf(values, 'firmware') || usualFirmware(facts)
  if (facts.architecture === 'aarch64' && chosen === 'BIOS') {
    const fix = { kind: 'set', field: 'firmware', value: 'UEFI_64', label: 'Start with UEFI' } as const
    return [{ ...row, state: 'error', found: 'Arm shapes start with UEFI alone', fix }]
  }
  if (facts.firmware === 'bios' && chosen === 'UEFI_64') {
    return [{ ...row, state: 'warning', found: 'The image has nothing that UEFI could start; it will not boot' }]
  }
  if (facts.firmware === 'uefi' && chosen === 'BIOS') {
    return [{ ...row, state: 'error', found: 'The image starts with UEFI alone; with BIOS its console stays blank' }]
  }
  const said = ociFormat(values, facts) === 'archive' ? 'said in the archive' : 'set by a capability schema after the import'
  return [{ ...row, state: 'ok', found: `${chosen === 'BIOS' ? 'BIOS' : 'UEFI'}, ${said}` }]
}

function shapeRows(values: FieldValues, facts: SourceFacts): CheckRow[] {
  if (facts.architecture !== 'aarch64') return []
  if (listOf(values, 'shapes').length > 0) return []
  const found = 'No shape is named: an imported Arm image can be started on those alone'
  return [{ code: 'oci-shapes', title: 'Shapes', state: 'error', found, field: 'shapes' }]
}

/** Source: Oracle Cloud, "Tagging Overview": at most 10 free-form tags, keys of 1 to 100 and values of up to 256 printable ASCII characters. */
function tagRows(values: FieldValues): CheckRow[] {
  const { tags } = values
  if (typeof tags !== 'object' || Array.isArray(tags)) return []
  const wrong = Object.entries(tags).find(([key, value]) => !/^[!-~]{1,100}$/.test(key) || key.includes('.') || value.length > 256)
  const row = { code: 'oci-tags', title: 'Tags', state: 'error', field: 'tags' } as const
  if (wrong !== undefined)
    return [{ ...row, found: `${wrong[0]}: names have 1 to 100 characters without spaces and dots, values at most 256` }]
  return Object.keys(tags).length > MAX_TAGS ? [{ ...row, found: `At most ${MAX_TAGS} tags can be given` }] : []
}

/** One of the ten is needed to find the image again after a break. */
const MAX_TAGS = 9

function ociSteps(values: FieldValues, facts: SourceFacts): UploadStep[] {
  const object = textOf(values, 'object') || usualObject(values, facts)
  const bucket = textOf(values, 'bucket')
  const name = textOf(values, 'name')
  const keeps = flagOf(values, 'keepObject')
  const bucketStep: UploadStep = {
    id: 'bucket',
    title: `Create the bucket ${bucket}`,
    kind: 'remote',
    weight: 0.01,
    creates: [`bucket ${bucket}`],
  }
  const settings: UploadStep = { id: 'settings', title: 'Set firmware and shapes', kind: 'remote', weight: 0.02, creates: [] }
  return [
    ...(flagOf(values, 'createBucket') ? [bucketStep] : []),
    {
      id: 'upload',
      title: `Send ${object} to the bucket ${bucket}`,
      kind: 'transfer',
      weight: 0.6,
      creates: keeps ? [`object ${object} in the bucket ${bucket}`] : [],
    },
    { id: 'import', title: `Import it as ${name}`, kind: 'wait', weight: 0.35, creates: [`custom image ${name}`] },
    ...(ociFormat(values, facts) === 'archive' ? [] : [settings]),
    ...(keeps ? [] : [{ id: 'tidy', title: `Delete ${object} from the bucket`, kind: 'cleanup' as const, weight: 0.02, creates: [] }]),
  ]
}
