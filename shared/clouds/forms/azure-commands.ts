import { shellLine } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import { flagOf, listOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { azureDiskBytes, azureTarget, azureWay, VHD_FOOTER_BYTES } from './azure-fields.js'

/** The same with the Azure CLI and azcopy. */
export function azureCommands(values: FieldValues, facts: SourceFacts): readonly string[] {
  const bytes = azureDiskBytes(facts)
  const name = textOf(values, 'name')
  return [
    shellLine(['qemu-img', 'convert', '-O', 'raw', facts.path, `${name}.raw`]),
    shellLine(['truncate', '-s', String(bytes), `${name}.raw`]),
    shellLine(['qemu-img', 'convert', '-f', 'raw', '-O', 'vpc', '-o', 'subformat=fixed,force_size', `${name}.raw`, `${name}.vhd`]),
    ...(azureWay(values) === 'blob' ? blobCommands(values) : diskCommands(values, bytes + VHD_FOOTER_BYTES)),
    ...makeCommands(values),
  ]
}

function diskCommands(values: FieldValues, bytes: number): string[] {
  const name = textOf(values, 'name')
  const disk = ['--name', name, '--resource-group', textOf(values, 'resourceGroup')]
  const kind = [
    '--os-type',
    'Linux',
    '--hyper-v-generation',
    textOf(values, 'generation'),
    '--architecture',
    textOf(values, 'architecture'),
  ]
  const upload = ['--upload-type', 'Upload', '--upload-size-bytes', String(bytes), '--sku', textOf(values, 'diskSku')]
  const grant = az(values, ['disk', 'grant-access', ...disk, '--access-level', 'Write', '--duration-in-seconds', '86400'])
  return [
    az(values, ['disk', 'create', ...disk, '--location', textOf(values, 'location'), ...kind, ...upload, ...tagWords(values)]),
    `azcopy copy ${shellLine([`${name}.vhd`])} "$(${grant} --query accessSas --output tsv)" --blob-type PageBlob`,
    az(values, ['disk', 'revoke-access', ...disk]),
  ]
}

function blobCommands(values: FieldValues): string[] {
  const name = textOf(values, 'name')
  const blob = `https://${textOf(values, 'account')}.blob.core.windows.net/${textOf(values, 'container')}/${name}.vhd`
  return [
    shellLine(['azcopy', 'login', '--tenant-id', textOf(values, 'tenant')]),
    shellLine(['azcopy', 'copy', `${name}.vhd`, blob, '--blob-type', 'PageBlob']),
  ]
}

function makeCommands(values: FieldValues): string[] {
  const [name, group, location] = ['name', 'resourceGroup', 'location'].map((id) => textOf(values, id)) as [string, string, string]
  const isBlob = azureWay(values) === 'blob'
  const blob = `https://${textOf(values, 'account')}.blob.core.windows.net/${textOf(values, 'container')}/${name}.vhd`
  const generation = ['--hyper-v-generation', textOf(values, 'generation')]
  const disk = ['--name', name, '--resource-group', group]
  if (azureTarget(values) === 'disk') {
    return isBlob
      ? [az(values, ['disk', 'create', ...disk, '--location', location, '--source', blob, '--os-type', 'Linux', ...generation])]
      : []
  }
  const tidy = isBlob || flagOf(values, 'keepDisk') ? [] : [az(values, ['disk', 'delete', ...disk, '--yes'])]
  if (azureTarget(values) === 'image') {
    return [
      az(values, ['image', 'create', ...disk, '--source', isBlob ? blob : name, '--os-type', 'Linux', ...generation, ...tagWords(values)]),
      ...tidy,
    ]
  }
  const gallery = ['--resource-group', group, '--gallery-name', textOf(values, 'gallery')]
  const definition = ['--gallery-image-definition', textOf(values, 'definition')]
  const kind = [
    '--os-type',
    'Linux',
    '--os-state',
    textOf(values, 'osState'),
    ...generation,
    '--architecture',
    textOf(values, 'architecture'),
  ]
  const marks = ['publisher', 'offer', 'sku'].flatMap((id) => [`--${id}`, textOf(values, id)])
  const security = textOf(values, 'security')
  const features = security === 'Standard' ? [] : ['--features', `SecurityType=${security}`]
  const source = isBlob
    ? ['--os-vhd-storage-account', textOf(values, 'account'), '--os-vhd-uri', blob]
    : [
        '--os-snapshot',
        `/subscriptions/${textOf(values, 'subscription')}/resourceGroups/${group}/providers/Microsoft.Compute/disks/${name}`,
      ]
  const version = [
    '--gallery-image-version',
    textOf(values, 'version'),
    ...source,
    '--target-regions',
    location,
    ...listOf(values, 'regions'),
  ]
  return [
    ...(flagOf(values, 'create')
      ? [
          az(values, ['sig', 'create', ...gallery, '--location', location]),
          az(values, ['sig', 'image-definition', 'create', ...gallery, ...definition, ...marks, ...kind, ...features]),
        ]
      : []),
    az(values, ['sig', 'image-version', 'create', ...gallery, ...definition, ...version, ...tagWords(values)]),
    ...tidy,
  ]
}

function tagWords(values: FieldValues): string[] {
  const tags = Object.entries(tagsOf(values, 'tags')).map(([name, value]) => `${name}=${value}`)
  return tags.length === 0 ? [] : ['--tags', ...tags]
}

function az(values: FieldValues, words: readonly string[]): string {
  return shellLine(['az', ...words, '--subscription', textOf(values, 'subscription')])
}
