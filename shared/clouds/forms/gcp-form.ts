import { formatBytes } from '../../text/bytes.js'
import type { FieldValues } from '../field.js'
import type { ProviderForm } from '../provider-form.js'
import { flagOf, listOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow, UploadStep } from '../upload-plan.js'
import { gcpArchitecture, gcpObject } from './gcp-choices.js'
import { gcpCommands } from './gcp-commands.js'
import { gcpFields } from './gcp-fields.js'

/** Google Cloud: an archive of the raw disk goes to a bucket in one resumable session, and an image is made of it there. */
export const gcpForm: ProviderForm = {
  id: 'gcp',
  title: 'Google Cloud',
  summary: 'An image of Compute Engine in a project',
  platform: 'gcp',
  takes: ['disk'],
  fields: gcpFields,
  validate: (values, facts) => [
    ...sizeRows(facts),
    ...firmwareRows(values, facts),
    ...architectureRows(values, facts),
    ...labelRows(values),
  ],
  payload: () => ({ kind: 'artifact', artifact: 'gcp-tar' }),
  steps: gcpSteps,
  commands: gcpCommands,
}

const GIB = 1024 ** 3

function sizeRows({ virtualBytes }: SourceFacts): CheckRow[] {
  const row = { code: 'gcp-size', title: 'Size' }
  if (virtualBytes % GIB === 0) return [{ ...row, state: 'ok', found: `${formatBytes(virtualBytes)}, a whole number of GiB` }]
  return [
    {
      ...row,
      state: 'info',
      found: `${formatBytes(virtualBytes)} is no whole number of GiB: the disk is filled up with zeros to the next one`,
    },
  ]
}

function firmwareRows(values: FieldValues, facts: SourceFacts): CheckRow[] {
  const row = { code: 'gcp-firmware', title: 'Firmware', field: 'features' }
  const hasUefi = listOf(values, 'features').includes('UEFI_COMPATIBLE')
  if (facts.architecture === 'aarch64' && facts.firmware === 'bios')
    return [{ ...row, state: 'error', found: 'Arm machines start with UEFI alone' }]
  if (facts.firmware === 'uefi' && !hasUefi) {
    const value = [...listOf(values, 'features'), 'UEFI_COMPATIBLE']
    const fix = { kind: 'set', field: 'features', value, label: 'Add UEFI_COMPATIBLE' } as const
    return [{ ...row, state: 'error', found: 'The image starts with UEFI alone, and is not marked UEFI_COMPATIBLE', fix }]
  }
  return [{ ...row, state: 'ok', found: hasUefi ? 'UEFI' : 'BIOS' }]
}

function architectureRows(values: FieldValues, facts: SourceFacts): CheckRow[] {
  const row = { code: 'gcp-architecture', title: 'Architecture', field: 'architecture' }
  const known = gcpArchitecture(facts)
  const chosen = textOf(values, 'architecture')
  if (known === null || chosen === known) return [{ ...row, state: 'ok', found: chosen }]
  const fix = { kind: 'set', field: 'architecture', value: known, label: `Make it ${known}` } as const
  return [{ ...row, state: 'error', found: `The image is of ${known}, not of ${chosen}`, fix }]
}

/** Source: Compute Engine, "Labeling resources": at most 64; keys begin with a letter; letters in lower case, digits, hyphens, underscores. */
function labelRows(values: FieldValues): CheckRow[] {
  const labels = Object.entries(tagsOf(values, 'labels'))
  const row = { code: 'gcp-labels', title: 'Labels', state: 'error', field: 'labels' } as const
  const wrong = labels.find(([key, value]) => !/^\p{Ll}[\p{Ll}\p{Lo}\d_-]{0,62}$/u.test(key) || !/^[\p{Ll}\p{Lo}\d_-]{0,63}$/u.test(value))
  if (wrong !== undefined) return [{ ...row, found: `${wrong[0]}: lower-case letters, digits, hyphens and underscores, at most 63` }]
  return labels.length > MAX_LABELS ? [{ ...row, found: `At most ${MAX_LABELS} labels can be given` }] : []
}

/** One of the 64 is needed to find the image again after a break. */
const MAX_LABELS = 63

function gcpSteps(values: FieldValues, facts: SourceFacts): UploadStep[] {
  const object = gcpObject(values, facts)
  const [bucket, name] = [textOf(values, 'bucket'), textOf(values, 'name')]
  const keeps = flagOf(values, 'keepObject')
  return [
    {
      id: 'upload',
      title: `Send ${object} to the bucket ${bucket}`,
      kind: 'transfer',
      weight: 0.7,
      creates: keeps ? [`object ${object} in the bucket ${bucket}`] : [],
    },
    { id: 'import', title: `Make the image ${name}`, kind: 'wait', weight: 0.28, creates: [`image ${name}`] },
    ...(keeps ? [] : [{ id: 'tidy', title: `Delete ${object} from the bucket`, kind: 'cleanup' as const, weight: 0.02, creates: [] }]),
  ]
}
