import {
  DISK_ARTIFACT,
  diskMediaType,
  EMPTY_CONFIG,
  type GoPlatform,
  IMAGE_CREATED,
  IMAGE_TITLE,
  imageConfig,
  imageManifest,
  memberName,
  type Texts,
  type WrittenDescriptor,
} from '#shared/containers/package'
import type { ContainerLayout } from '#shared/containers/container-requests'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { AppError } from '#shared/errors/app-error'
import { type ImageFormat, imageFormat } from '#shared/images/formats'
import { displayName, packageStem } from '#shared/ovf/package-names'
import path from 'node:path'
import type { PushableBlob } from '../../../registry/push-blob.js'
import { sha256Of } from '../../../registry/push-manifest.js'
import { OWN_PREFIX } from '../own-labels.js'

/** A small blob that is at hand as a whole. */
export interface SmallBlob {
  readonly mediaType: string
  readonly digest: string
  readonly content: Buffer
}

/** All that makes up an image with one disk. */
export interface PackedImage {
  readonly layer: PushableBlob & { readonly mediaType: string }
  readonly config: SmallBlob
  readonly manifest: SmallBlob
  /** Of the manifest, as an index has it. */
  readonly descriptor: WrittenDescriptor
  readonly isArtifact: boolean
}

export interface ImageParts {
  readonly layout: ContainerLayout
  /** As `diskPathFor` gives it. */
  readonly diskPath: string
  readonly format: ImageFormat
  readonly platform: GoPlatform
  readonly labels: Texts
  readonly annotations: Texts
  readonly layer: PushableBlob
  /** Of the layer without compression. */
  readonly diffId: string
  readonly compression: 'none' | 'gzip' | 'zstd'
  readonly created: string | undefined
}

/** Where the disk lies in the image: as asked, else by what the layout is read for. Throws `bad-input`. */
export function diskPathFor(layout: ContainerLayout, source: string, format: ImageFormat, asked: string | undefined): string {
  const [ending = 'img'] = imageFormat(format).extensions
  if (layout === 'artifact') {
    const title = asked ?? path.basename(source)
    if (title.includes('/') || title === '' || title === '.' || title === '..' || /[\0-\x1f\x7f]/.test(title)) {
      throw new AppError('bad-input', { details: { path: title, reason: 'the title of an artifact is the plain name of a file' } })
    }
    return title
  }
  const own = layout === 'boot-container' ? `/disk/boot.${ending}` : `/disk/${packageStem(diskName(source))}.${ending}`
  return `/${memberName(asked ?? own)}`
}

/** Name of a disk for people: its file without the ending that says its format. */
export function diskName(source: string): string {
  return displayName(path.basename(source).replace(/\.(raw|img|iso|vdi|vhdx?)$/i, ''))
}

/** Configuration and manifest around a layer whose digest is known. The same parts give the same bytes. */
export function packImage(parts: ImageParts): PackedImage {
  return parts.layout === 'artifact' ? packArtifact(parts) : packContainer(parts)
}

function packContainer({ layer, ...parts }: ImageParts): PackedImage {
  const config = small(
    MEDIA_TYPES.config,
    imageConfig({
      platform: parts.platform,
      labels: { [`${OWN_PREFIX}.layout`]: parts.layout, ...parts.labels },
      diffId: parts.diffId,
      createdBy: `diskwright: ${memberName(parts.diskPath)}`,
      created: parts.created,
    }),
  )
  const mediaType = parts.compression === 'none' ? MEDIA_TYPES.layer : `${MEDIA_TYPES.layer}+${parts.compression}`
  const manifest = small(
    MEDIA_TYPES.manifest,
    imageManifest({
      config: describe(config),
      layers: [{ mediaType, digest: layer.digest, size: layer.bytes }],
      annotations: parts.annotations,
    }),
  )
  const descriptor = { ...describe(manifest), platform: parts.platform }
  return { layer: { ...layer, mediaType }, config, manifest, descriptor, isArtifact: false }
}

function packArtifact({ layer, ...parts }: ImageParts): PackedImage {
  const config = small(MEDIA_TYPES.empty, EMPTY_CONFIG)
  const mediaType = diskMediaType(parts.format)
  const manifest = small(
    MEDIA_TYPES.manifest,
    imageManifest({
      artifactType: DISK_ARTIFACT,
      config: describe(config),
      layers: [{ mediaType, digest: layer.digest, size: layer.bytes, annotations: { [IMAGE_TITLE]: parts.diskPath } }],
      // An artifact has no configuration that could hold labels.
      annotations: { ...parts.labels, ...(parts.created === undefined ? {} : { [IMAGE_CREATED]: parts.created }), ...parts.annotations },
    }),
  )
  const descriptor = { ...describe(manifest), artifactType: DISK_ARTIFACT, platform: parts.platform }
  return { layer: { ...layer, mediaType }, config, manifest, descriptor, isArtifact: true }
}

/** A blob of this text. */
export function small(mediaType: string, text: string): SmallBlob {
  const content = Buffer.from(text)
  return { mediaType, digest: sha256Of(content), content }
}

/** How a manifest or an index names it. */
export function describe({ mediaType, digest, content }: SmallBlob): WrittenDescriptor {
  return { mediaType, digest, size: content.length }
}

/** A small blob as one that can be pushed. */
export function pushable({ digest, content }: SmallBlob): PushableBlob {
  return {
    digest,
    bytes: content.length,
    async *read(from, to) {
      yield content.subarray(from, to)
    },
  }
}
