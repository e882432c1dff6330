import { ociAccountOptions } from '#shared/clouds/forms/oci-commands'
import { optionWords } from '#shared/clouds/forms/option-words'
import type { FieldValues } from '#shared/clouds/field'
import { flagOf, listOf, textOf } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { Remote, UploadResult } from '#shared/clouds/upload-plan'
import { shellLine } from '#shared/text/shell-quote'
import type { ObjectPlace } from './oci-place.js'
import type { SentObject } from './oci-upload.js'

export interface OciOutcome {
  readonly values: FieldValues
  readonly facts: SourceFacts
  readonly place: ObjectPlace
  /** OCIDs. */
  readonly compartment: string
  readonly image: string
  readonly region: string
  readonly sent: SentObject
  readonly left: readonly Remote[]
}

/** What exists now, and how an instance of it is launched. */
export function ociResult({ values, facts, place, compartment, image, region, sent, left }: OciOutcome): UploadResult {
  const name = textOf(values, 'name')
  const bucketPage = `https://cloud.oracle.com/object-storage/buckets/${place.namespace}/${place.bucket}/objects?region=${region}`
  const object = { kind: 'object', id: place.object, name: place.object, url: bucketPage }
  const url = `https://cloud.oracle.com/compute/images/${image}?region=${region}`
  return {
    resources: [{ kind: 'image', id: image, name, url }, ...(flagOf(values, 'keepObject') ? [object] : [])],
    verified: 'md5',
    next: [
      { title: 'Open it in the console', command: null, url },
      { title: 'Launch an instance', command: launchCommand({ values, facts, compartment, image, region }), url: null },
    ],
    temporary: [...left],
    sentBytes: sent.sentBytes,
    skippedBytes: 0,
  }
}

function launchCommand({
  values,
  facts,
  compartment,
  image,
  region,
}: Pick<OciOutcome, 'values' | 'facts' | 'compartment' | 'image' | 'region'>): string {
  const options = {
    'compartment-id': compartment,
    'availability-domain': 'AD',
    'subnet-id': 'SUBNET_OCID',
    'image-id': image,
    shape: shapeOf(values, facts),
    'shape-config': JSON.stringify({ ocpus: 1, memoryInGBs: 8 }),
    'display-name': textOf(values, 'name'),
    ...ociAccountOptions(values),
    region,
  }
  return shellLine(['oci', 'compute', 'instance', 'launch', ...optionWords(options)])
}

function shapeOf(values: FieldValues, facts: SourceFacts): string {
  if (facts.architecture !== 'aarch64') return 'VM.Standard.E5.Flex'
  return listOf(values, 'shapes')[0] ?? 'VM.Standard.A1.Flex'
}
