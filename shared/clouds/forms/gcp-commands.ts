import { shellLine } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import { flagOf, listOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { gcpObject } from './gcp-choices.js'
import { optionWords } from './option-words.js'

/** The same with `gcloud`, beginning with the file that is sent. */
export function gcpCommands(values: FieldValues, facts: SourceFacts): string[] {
  const project = textOf(values, 'project')
  const source = `gs://${textOf(values, 'bucket')}/${gcpObject(values, facts)}`
  const labels = Object.entries(tagsOf(values, 'labels')).map(([key, value]) => `${key}=${value}`)
  const image = optionWords({
    project,
    'source-uri': source,
    architecture: textOf(values, 'architecture'),
    family: textOf(values, 'family'),
    description: textOf(values, 'description'),
    'guest-os-features': listOf(values, 'features').join(','),
    labels: labels.join(','),
    licenses: listOf(values, 'licenses').join(','),
    'storage-location': textOf(values, 'storageLocation'),
  })
  return [
    shellLine(['gcloud', 'storage', 'cp', '--no-clobber', 'FILE', source]),
    shellLine(['gcloud', 'compute', 'images', 'create', textOf(values, 'name'), ...image]),
    ...(flagOf(values, 'keepObject') ? [] : [shellLine(['gcloud', 'storage', 'rm', source])]),
  ]
}
