import { imageIndex, REF_NAME, type WrittenDescriptor } from '#shared/containers/package'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import type { ContainerReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import type { PushableBlob } from '../../../registry/push-blob.js'
import type { OtherImages } from './other-images.js'
import { describe, type PackedImage, pushable, type SmallBlob } from './packed-image.js'

/** A file of an archive or folder that holds an image. */
export interface ImageFile {
  readonly name: string
  readonly bytes: number
  /** Checked while it is written; null for what only says what there is. */
  readonly digest: string | null
  read(): AsyncIterable<Uint8Array>
}

/** What goes to a file or folder: the new image, and around it an index with what was there. */
export interface ImageSet {
  readonly image: PackedImage
  readonly index: SmallBlob | null
  /** Of the other images of the index. */
  readonly others: OtherImages
}

/** Digest of what the reference leads to then. */
export function rootOf({ image, index }: ImageSet): SmallBlob {
  return index ?? image.manifest
}

/** Files of an image at its place, in the order in which they are written. Throws `container-unsupported` for what the form cannot hold. */
export function imageFiles(set: ImageSet, reference: ContainerReference): ImageFile[] {
  switch (reference.transport) {
    case 'oci':
    case 'oci-archive':
      return layoutFiles(set, reference)
    case 'docker-archive':
      return dockerFiles(set, reference)
    case 'dir':
      return dirFiles(set)
    default:
      throw new AppError('internal', { details: { message: `${reference.transport} is not made of files` } })
  }
}

/** OCI image specification, image-layout.md. */
function layoutFiles(set: ImageSet, { repository }: ContainerReference): ImageFile[] {
  const { image, index, others } = set
  const annotations = repository === null ? {} : { annotations: { [REF_NAME]: repository } }
  const root: WrittenDescriptor = { ...(index === null ? image.descriptor : describe(index)), ...annotations }
  const smalls = [image.config, image.manifest, ...(index === null ? [] : [index])].map(pushable)
  const blobs = uniqueBlobs([image.layer, ...smalls, ...others.manifests, ...others.blobs])
  return [
    text('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' })),
    ...blobs.map((blob) => blobFile(`blobs/sha256/${hexOf(blob.digest)}`, blob)),
    text('index.json', imageIndex([root])),
  ]
}

/** What `docker save` writes and `docker load` reads (moby image/spec/v1.2.md). */
function dockerFiles({ image, index }: ImageSet, { repository, tag }: ContainerReference): ImageFile[] {
  if (image.isArtifact) throw unsupported('An artifact', 'oci-archive')
  if (index !== null) throw unsupported('An index of several images', 'oci-archive')
  if (image.layer.mediaType !== MEDIA_TYPES.layer) throw unsupported('A compressed layer', 'oci-archive')
  const [config, layer] = [`${hexOf(image.config.digest)}.json`, `${hexOf(image.layer.digest)}.tar`]
  const names = repository === null ? null : [`${repository}:${tag ?? 'latest'}`]
  return [
    blobFile(layer, image.layer),
    blobFile(config, pushable(image.config)),
    text('manifest.json', JSON.stringify([{ Config: config, RepoTags: names, Layers: [layer] }])),
  ]

  function unsupported(feature: string, instead: string): AppError {
    const details = { feature: `${feature} in a docker-archive`, reason: 'That form has no place for it', next: `Use ${instead}: instead.` }
    return new AppError('container-unsupported', { details })
  }
}

/** What skopeo writes to `dir:` (containers/image, directory transport 1.1). */
function dirFiles({ image, index, others }: ImageSet): ImageFile[] {
  const blobs = uniqueBlobs([image.layer, pushable(image.config), ...others.blobs])
  const manifests = index === null ? [] : [pushable(image.manifest), ...others.manifests]
  return [
    text('version', 'Directory Transport Version: 1.1\n'),
    ...blobs.map((blob) => blobFile(hexOf(blob.digest), blob)),
    ...manifests.map((manifest) => blobFile(`${hexOf(manifest.digest)}.manifest.json`, manifest)),
    blobFile('manifest.json', pushable(index ?? image.manifest)),
  ]
}

function uniqueBlobs(blobs: readonly PushableBlob[]): PushableBlob[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()]
}

function blobFile(name: string, blob: PushableBlob): ImageFile {
  return { name, bytes: blob.bytes, digest: blob.digest, read: () => blob.read(0, blob.bytes) }
}

function text(name: string, content: string): ImageFile {
  const bytes = Buffer.from(content)
  return {
    name,
    bytes: bytes.length,
    digest: null,
    async *read() {
      yield bytes
    },
  }
}

function hexOf(digest: string): string {
  return digest.replace(/^sha256:/, '')
}
