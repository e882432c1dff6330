import type { ContainerLayer } from './container-report.js'
import type { Descriptor, ImageManifest } from './manifest.js'
import { isImageConfigType, layerType, MEDIA_TYPES } from './media-types.js'

const TITLE = 'org.opencontainers.image.title'
/** ORAS sets it where a blob is a folder in a tar. */
const UNPACK = 'io.deis.oras.content.unpack'

export interface ImageKind {
  readonly kind: 'image' | 'artifact'
  readonly artifactType: string | null
  readonly layers: readonly ContainerLayer[]
}

/**
 * Whether a manifest is one of an image with a file system, or an artifact whose blobs are files (image-spec 1.1, "Guidelines for Artifact Usage").
 * ORAS gives plain files the type of a tar: a title tells them apart.
 */
export function imageKind(manifest: ImageManifest): ImageKind {
  const { config, layers } = manifest
  const hasTars = layers.length === 0 || layers.some(({ mediaType }) => layerType(mediaType) !== null)
  const isImage = isImageConfigType(config.mediaType) && manifest.artifactType === null && hasTars
  const ownType = isImageConfigType(config.mediaType) || config.mediaType === MEDIA_TYPES.empty ? null : config.mediaType
  return {
    kind: isImage ? 'image' : 'artifact',
    artifactType: manifest.artifactType ?? ownType,
    layers: layers.map((layer) => readLayer(layer, isImage)),
  }
}

/** Attestations of buildkit, and signatures that stand in an index: they describe images and are none. */
export function isAttestation({ annotations, platform, artifactType }: Descriptor): boolean {
  if (annotations['vnd.docker.reference.type'] !== undefined) return true
  return platform?.os === 'unknown' && platform.architecture === 'unknown' && artifactType === null
}

function readLayer(layer: Descriptor, isImage: boolean): ContainerLayer {
  const type = layerType(layer.mediaType)
  const title = layer.annotations[TITLE] ?? null
  const isFile = type === null || (!isImage && title !== null && layer.annotations[UNPACK] !== 'true')
  return {
    digest: layer.digest,
    mediaType: layer.mediaType,
    bytes: layer.bytes,
    compression: isFile ? suffixCompression(layer.mediaType) : type,
    kind: isFile ? 'file' : 'tar',
    title,
  }
}

function suffixCompression(mediaType: string): ContainerLayer['compression'] {
  if (mediaType.endsWith('+gzip')) return 'gzip'
  return mediaType.endsWith('+zstd') ? 'zstd' : 'none'
}
