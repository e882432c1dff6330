import { shellLine } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import { flagOf, listOf, numberOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { ociFormat, usualFirmware, usualObject } from './oci-choices.js'
import { optionWords } from './option-words.js'

/** The same with the `oci` command, beginning with the file that is sent. */
export function ociCommands(values: FieldValues, facts: SourceFacts): string[] {
  const object = textOf(values, 'object') || usualObject(values, facts)
  const bucket = textOf(values, 'bucket')
  const account = ociAccountOptions(values)
  const run: Run = (command, options) => shellLine(['oci', ...command.split(' '), ...optionWords({ ...options, ...account })])
  const put = { 'bucket-name': bucket, name: object, file: 'FILE', 'no-overwrite': true }
  const parts = { 'part-size': numberOf(values, 'partMiB') ?? 16, 'parallel-upload-count': numberOf(values, 'parallel') ?? 6 }
  const isArchive = ociFormat(values, facts) === 'archive'
  const compartment = textOf(values, 'compartment')
  return [
    ...(flagOf(values, 'createBucket') ? [run('os bucket create', { 'compartment-id': compartment, name: bucket })] : []),
    run('os object put', { ...put, ...parts }),
    run('compute image import from-object', importOptions(values, facts, object)),
    ...(isArchive ? [] : settingCommands(values, facts, run)),
    ...(flagOf(values, 'keepObject') ? [] : [run('os object delete', { 'bucket-name': bucket, name: object, force: true })]),
  ]
}

type Options = Readonly<Record<string, string | number | boolean | undefined>>
type Run = (command: string, options: Options) => string

/** Options of every `oci` command that tell who asks, and where. */
export function ociAccountOptions(values: FieldValues): Options {
  const profile = textOf(values, 'profile')
  return { profile: profile === 'DEFAULT' ? '' : profile, region: textOf(values, 'region'), 'config-file': textOf(values, 'config') }
}

function importOptions(values: FieldValues, facts: SourceFacts, object: string): Options {
  const format = ociFormat(values, facts)
  const tags = tagsOf(values, 'tags')
  return {
    'compartment-id': textOf(values, 'compartment'),
    namespace: 'NAMESPACE',
    'bucket-name': textOf(values, 'bucket'),
    name: object,
    'display-name': textOf(values, 'name'),
    'operating-system': textOf(values, 'os'),
    'operating-system-version': textOf(values, 'osVersion'),
    'source-image-type': format === 'archive' ? '' : format.toUpperCase(),
    'launch-mode': format === 'archive' ? '' : textOf(values, 'launchMode'),
    'freeform-tags': Object.keys(tags).length === 0 ? '' : JSON.stringify(tags),
  }
}

function settingCommands(values: FieldValues, facts: SourceFacts, run: Run): string[] {
  const firmware = textOf(values, 'firmware') || usualFirmware(facts)
  const data = { 'Compute.Firmware': { descriptorType: 'enumstring', source: 'IMAGE', defaultValue: firmware, values: [firmware] } }
  const image = { 'image-id': 'IMAGE_OCID' }
  const schema = { 'global-image-capability-schema-version-name': 'VERSION', 'schema-data': JSON.stringify(data) }
  const shapes = facts.architecture === 'aarch64' ? listOf(values, 'shapes') : []
  return [
    run('compute image-capability-schema create', { 'compartment-id': textOf(values, 'compartment'), ...image, ...schema }),
    ...shapes.map((shape) => run('compute image-shape-compatibility-entry add', { ...image, 'shape-name': shape })),
  ]
}
