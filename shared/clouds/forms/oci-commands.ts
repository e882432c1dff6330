import { shellLine } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import { flagOf, listOf, numberOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { ociFormat, usualFirmware, usualObject } from './oci-choices.js'

/** The same with the `oci` command, beginning with the file that is sent. */
export function ociCommands(values: FieldValues, facts: SourceFacts): string[] {
  const account = accountOptions(values)
  const object = textOf(values, 'object') || usualObject(values, facts)
  const bucket = textOf(values, 'bucket')
  const run = (...words: readonly string[]): string => shellLine(['oci', ...words, ...account])
  const compartment = ['--compartment-id', textOf(values, 'compartment')]
  const put = ['os', 'object', 'put', '--bucket-name', bucket, '--name', object, '--file', 'FILE', '--no-overwrite']
  const parts = [
    '--part-size',
    String(numberOf(values, 'partMiB') ?? 16),
    '--parallel-upload-count',
    String(numberOf(values, 'parallel') ?? 6),
  ]
  return [
    ...(flagOf(values, 'createBucket') ? [run('os', 'bucket', 'create', ...compartment, '--name', bucket)] : []),
    run(...put, ...parts),
    run('compute', 'image', 'import', 'from-object', ...importWords(values, facts, object)),
    ...(ociFormat(values, facts) === 'archive' ? [] : settingCommands(values, facts, run)),
    ...(flagOf(values, 'keepObject') ? [] : [run('os', 'object', 'delete', '--bucket-name', bucket, '--name', object, '--force')]),
  ]
}

function accountOptions(values: FieldValues): string[] {
  const [profile, region, config] = [textOf(values, 'profile'), textOf(values, 'region'), textOf(values, 'config')]
  return [
    ...(profile === '' || profile === 'DEFAULT' ? [] : ['--profile', profile]),
    ...(region === '' ? [] : ['--region', region]),
    ...(config === '' ? [] : ['--config-file', config]),
  ]
}

function importWords(values: FieldValues, facts: SourceFacts, object: string): string[] {
  const format = ociFormat(values, facts)
  const tags = tagsOf(values, 'tags')
  const [os, version] = [textOf(values, 'os'), textOf(values, 'osVersion')]
  return [
    ...['--compartment-id', textOf(values, 'compartment'), '--namespace', 'NAMESPACE', '--bucket-name', textOf(values, 'bucket')],
    ...['--name', object, '--display-name', textOf(values, 'name')],
    ...(os === '' ? [] : ['--operating-system', os]),
    ...(version === '' ? [] : ['--operating-system-version', version]),
    ...(format === 'archive' ? [] : ['--source-image-type', format.toUpperCase(), '--launch-mode', textOf(values, 'launchMode')]),
    ...(Object.keys(tags).length === 0 ? [] : ['--freeform-tags', JSON.stringify(tags)]),
  ]
}

function settingCommands(values: FieldValues, facts: SourceFacts, run: (...words: string[]) => string): string[] {
  const firmware = textOf(values, 'firmware') || usualFirmware(facts)
  const schema = { 'Compute.Firmware': { descriptorType: 'enumstring', source: 'IMAGE', defaultValue: firmware, values: [firmware] } }
  const shapes = facts.architecture === 'aarch64' ? listOf(values, 'shapes') : []
  return [
    run(
      ...['compute', 'image-capability-schema', 'create', '--compartment-id', textOf(values, 'compartment'), '--image-id', 'IMAGE_OCID'],
      ...['--global-image-capability-schema-version-name', 'VERSION', '--schema-data', JSON.stringify(schema)],
    ),
    ...shapes.map((shape) => run('compute', 'image-shape-compatibility-entry', 'add', '--image-id', 'IMAGE_OCID', '--shape-name', shape)),
  ]
}
