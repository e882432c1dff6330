import { listOf, flagOf, textOf } from '#shared/clouds/read-values'
import type { UploadProgress } from '../cloud-provider.js'
import { type AzureWork, computePath, makeResource, VERSIONS } from './resources.js'
import type { UploadPlace } from './upload-place.js'

/** A result, by its id at the resource manager. */
export interface MadeResource {
  readonly kind: string
  readonly id: string
  readonly name: string
}

/** A managed image, of the kind before galleries. */
export async function makeManagedImage(work: AzureWork, { source }: UploadPlace): Promise<MadeResource> {
  const { values } = work.run
  const name = textOf(values, 'name')
  const path = computePath(values, 'images', name)
  const from = 'diskId' in source ? { managedDisk: { id: source.diskId } } : { blobUri: source.uri }
  await makeResource(work, {
    kind: 'image',
    label: `The managed image ${name}`,
    path,
    version: VERSIONS.images,
    keepOnSuccess: true,
    field: 'name',
    properties: {
      hyperVGeneration: textOf(values, 'generation'),
      storageProfile: { osDisk: { osType: 'Linux', osState: 'Generalized', ...from, storageAccountType: textOf(values, 'diskSku') } },
    },
  })
  return { kind: 'managed image', id: path, name }
}

/** A managed disk of a blob. */
export async function makeDiskOfBlob(work: AzureWork, { source }: UploadPlace): Promise<MadeResource> {
  const { values } = work.run
  const name = textOf(values, 'name')
  const path = computePath(values, 'disks', name)
  const from = 'uri' in source ? { sourceUri: source.uri, storageAccountId: source.accountId } : {}
  await makeResource(work, {
    kind: 'disk',
    label: `The disk ${name}`,
    path,
    version: VERSIONS.disks,
    sku: textOf(values, 'diskSku'),
    keepOnSuccess: true,
    field: 'name',
    properties: {
      osType: 'Linux',
      hyperVGeneration: textOf(values, 'generation'),
      supportedCapabilities: { architecture: textOf(values, 'architecture') },
      creationData: { createOption: 'Import', ...from },
    },
  })
  return { kind: 'disk', id: path, name }
}

/** Gallery and definition, where they are not there yet. Those of others are used as they are. */
export async function makeDefinition(work: AzureWork): Promise<void> {
  const { values } = work.run
  const [gallery, definition] = [textOf(values, 'gallery'), textOf(values, 'definition')]
  await makeResource(work, {
    kind: 'gallery',
    label: `The gallery ${gallery}`,
    path: computePath(values, 'galleries', gallery),
    version: VERSIONS.galleries,
    keepOnSuccess: true,
    field: 'gallery',
    orThere: true,
    properties: {},
  })
  const security = textOf(values, 'security')
  await makeResource(work, {
    kind: 'definition',
    label: `The image definition ${definition}`,
    path: computePath(values, 'galleries', gallery, 'images', definition),
    version: VERSIONS.galleries,
    keepOnSuccess: true,
    field: 'definition',
    orThere: true,
    properties: {
      osType: 'Linux',
      osState: textOf(values, 'osState'),
      hyperVGeneration: textOf(values, 'generation'),
      architecture: textOf(values, 'architecture'),
      identifier: { publisher: textOf(values, 'publisher'), offer: textOf(values, 'offer'), sku: textOf(values, 'sku') },
      ...(security === 'Standard' ? {} : { features: [{ name: 'SecurityType', value: security }] }),
    },
  })
}

export async function makeVersion(work: AzureWork, { source }: UploadPlace, progress: UploadProgress): Promise<MadeResource> {
  const { values } = work.run
  const [gallery, definition, version] = ['gallery', 'definition', 'version'].map((id) => textOf(values, id)) as [string, string, string]
  const path = computePath(values, 'galleries', gallery, 'images', definition, 'versions', version)
  const regions = new Set([textOf(values, 'location'), ...listOf(values, 'regions')])
  let highest = 0
  await makeResource(work, {
    kind: 'version',
    label: `Version ${version} of ${gallery}/${definition}`,
    path,
    version: VERSIONS.galleries,
    keepOnSuccess: true,
    field: 'version',
    onShare: (share) => progress.fraction((highest = Math.max(highest, share))),
    properties: {
      publishingProfile: { targetRegions: [...regions].map((name) => ({ name, storageAccountType: textOf(values, 'diskSku') })) },
      storageProfile: {
        osDiskImage: { source: 'diskId' in source ? { id: source.diskId } : { uri: source.uri, storageAccountId: source.accountId } },
      },
    },
  })
  return { kind: 'image version', id: path, name: `${definition} ${version}` }
}

export function makesDefinition(work: AzureWork): boolean {
  return flagOf(work.run.values, 'create')
}
