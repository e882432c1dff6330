import { AppError } from '#shared/errors/app-error'
import { type Descriptor, type ImageIndex, MAX_MANIFEST_BYTES, readManifest } from '#shared/containers/manifest'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { type ContainerReference, DIGEST } from '#shared/containers/reference'
import type { ContainerSource, ManifestBytes } from '../container-source.js'
import { localSource, manifestBytes, missing, readWhole, severalImages } from './local-source.js'
import type { MemberStore, StoredFile } from './member-store.js'
import { digestOf, requireDigest } from './verified-blob.js'

const REF_NAME = 'org.opencontainers.image.ref.name'
/** What containerd and buildkit call it, with its registry. */
const FULL_NAME = 'io.containerd.image.name'

/** An OCI image layout (image-spec 1.1, image-layout.md), in a folder or a tar. Throws `container-invalid`, `container-not-found`, `bad-input`. */
export async function layoutSource(reference: ContainerReference, store: MemberStore): Promise<ContainerSource> {
  const index = await store.find('index.json')
  if (index === null) throw missing(reference, 'It holds no index.json, which every OCI layout has')
  const bytes = await readWhole(index, MAX_MANIFEST_BYTES, 'index.json')
  const list = readManifest(bytes.toString('utf8'), MEDIA_TYPES.index)
  if (list.kind !== 'index') throw new AppError('container-invalid', { details: { reason: 'index.json is no index' } })
  const find = (digest: string): Promise<StoredFile | null> => store.find(blobName(digest))
  const root = await chooseRoot(reference, list, bytes, find)
  return localSource(reference, { store, root, findBlob: find, findManifest: find })
}

function blobName(digest: string): string {
  return DIGEST.test(digest) ? `blobs/${digest.replace(':', '/')}` : ''
}

/** The one image that is meant; what has several entries of one name, each of another platform, is an index itself. */
async function chooseRoot(
  reference: ContainerReference,
  { manifests }: ImageIndex,
  bytes: Buffer,
  find: (digest: string) => Promise<StoredFile | null>,
): Promise<ManifestBytes> {
  const { repository, digest } = reference
  const named = repository === null ? manifests : manifests.filter((entry) => namesOf(entry).includes(repository))
  const names = [...new Set(manifests.flatMap((entry) => entry.annotations[REF_NAME] ?? []))]
  if (named.length === 0) {
    const there = names.length === 0 ? 'no image in it has a name' : `there are: ${names.slice(0, 20).join(', ')}`
    throw missing(reference, manifests.length === 0 ? 'The layout is empty' : there)
  }
  const [entry, ...others] = digest === null ? named : [named.find((one) => one.digest === digest) ?? named[0]]
  if (entry === undefined) throw missing(reference, 'The layout is empty')
  if (others.length > 0) {
    if (!isByPlatform(named)) throw severalImages(reference, names)
    return repository === null ? { digest: digestOf(bytes), mediaType: MEDIA_TYPES.index, bytes } : partOf(bytes, named)
  }
  const file = await find(entry.digest)
  if (file === null) throw missing(reference, `It holds no blob ${entry.digest}, which its index names`)
  const content = await readWhole(file, MAX_MANIFEST_BYTES, 'The manifest')
  requireDigest(content, entry.digest)
  return manifestBytes(content)
}

function namesOf({ annotations }: Descriptor): string[] {
  return [annotations[REF_NAME], annotations[FULL_NAME]].filter((name) => name !== undefined)
}

function isByPlatform(entries: readonly Descriptor[]): boolean {
  const platforms = entries.map(({ platform, annotations }) => platform && JSON.stringify([platform, annotations[REF_NAME] ?? null]))
  const names = new Set(entries.map(({ annotations }) => annotations[REF_NAME]))
  return names.size <= 1 && platforms.every((platform) => platform !== null) && new Set(platforms).size === platforms.length
}

/** The index of a layout without what has another name; its entries as they are written. */
function partOf(bytes: Buffer, entries: readonly Descriptor[]): ManifestBytes {
  const whole = JSON.parse(bytes.toString('utf8')) as { manifests: { digest: string }[] }
  const kept = whole.manifests.filter(({ digest }) => entries.some((entry) => entry.digest === digest))
  const part = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: kept }))
  return { digest: digestOf(part), mediaType: MEDIA_TYPES.index, bytes: part }
}
