import { AppError } from '#shared/errors/app-error'
import type { ContainerPlatform } from '#shared/containers/container-report'
import { isAttestation } from '#shared/containers/image-kind'
import {
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  MAX_CONFIG_BYTES,
  readImageConfig,
  readManifest,
} from '#shared/containers/manifest'
import { isImageConfigType, isIndexType } from '#shared/containers/media-types'
import { choosePlatform, machinePlatform, platformText } from '#shared/containers/platform-match'
import { printReference } from '#shared/containers/reference'
import type { ContainerSource, ManifestBytes } from './container-source.js'
import { digestOf } from './sources/verified-blob.js'

/** An index in an index is read; one in that is not. */
const MAX_DEPTH = 2
/** Nobody has more than a few; each is fetched. */
const MAX_NESTED = 16
/** Of each the manifest and the configuration are fetched. */
const MAX_UNSAID = 64

export interface ChosenImage {
  /** What the reference led to: the index where there is one, else the image. */
  readonly rootDigest: string
  readonly digest: string
  readonly bytes: Buffer
  readonly manifest: ImageManifest
  readonly platform: ContainerPlatform | null
  /** Null for an artifact. */
  readonly config: ImageConfig | null
}

export interface ImageWish {
  /** Of the index or image that was looked at, in place of what the reference leads to now. */
  readonly digest?: string | undefined
  readonly platform?: Partial<ContainerPlatform> | undefined
}

/**
 * The one image that is meant: that of a platform, where there are several; by default that of this machine, or the only one.
 * Throws `platform-not-found`, and what `ContainerSource.manifest` throws.
 */
export async function chooseImage(source: ContainerSource, { digest, platform = {} }: ImageWish = {}): Promise<ChosenImage> {
  const root = await source.manifest(digest)
  const images = await imagesOf(source, root)
  const isAsked = Object.values(platform).some((value) => value !== undefined && value !== null)
  const [only] = images
  if (!isAsked && images.length === 1 && only !== undefined) return open(source, root, only)
  const chosen = await withPlatforms(source, images)
  const wanted = isAsked ? platform : machinePlatform(process.arch)
  const fitting = choosePlatform(chosen, wanted)
  if (fitting !== undefined) return open(source, root, fitting)
  throw new AppError('platform-not-found', {
    details: {
      platform: platformText(wanted),
      reference: printReference(source.reference),
      platforms: chosen.map((image) => platformText(image.platform)).join(', ') || 'no image',
    },
  })
}

/** An image in what a reference leads to; `platform` as the index says it. */
export interface ListedImage {
  readonly digest: string
  readonly platform: ContainerPlatform | null
}

/** The images of an index in its order, or the one that there is. Attestations are none. Throws `container-invalid`, `blob-mismatch`. */
export async function imagesOf(source: ContainerSource, root: ManifestBytes, depth = 0): Promise<ListedImage[]> {
  const read = readManifest(root.bytes.toString('utf8'), root.mediaType)
  if (read.kind === 'manifest') return [{ digest: root.digest, platform: null }]
  const images: ListedImage[] = []
  const nested = entriesOf(read).filter(({ mediaType }) => isIndexType(mediaType))
  if (nested.length > MAX_NESTED)
    throw new AppError('container-invalid', { details: { reason: `Its index names ${nested.length} further indexes` } })
  for (const entry of entriesOf(read)) {
    if (!isIndexType(entry.mediaType)) images.push({ digest: entry.digest, platform: entry.platform })
    else if (depth + 1 < MAX_DEPTH) images.push(...(await imagesOf(source, await source.manifest(entry.digest), depth + 1)))
    else throw new AppError('container-invalid', { details: { reason: 'Indexes are nested too deeply in it' } })
  }
  // One that stands there twice, such as for two variants, is one.
  return images.filter(({ digest }, at) => images.findIndex((image) => image.digest === digest) === at)
}

/** Images and indexes that an index names, without what only describes them. */
export function entriesOf({ manifests }: ImageIndex): Descriptor[] {
  return manifests.filter((entry) => !isAttestation(entry))
}

/** Reads the manifest of an image, and its configuration where it is one. Throws `container-invalid`, `blob-mismatch`. */
export async function readImage(source: ContainerSource, { digest, platform }: ListedImage): Promise<Omit<ChosenImage, 'rootDigest'>> {
  const { bytes, mediaType } = await source.manifest(digest)
  const manifest = readManifest(bytes.toString('utf8'), mediaType)
  if (manifest.kind !== 'manifest') throw new AppError('container-invalid', { details: { reason: 'Its index calls an index an image' } })
  const config = await readConfig(source, manifest)
  return { digest, bytes, manifest, platform: platform ?? config?.platform ?? null, config }
}

async function open(source: ContainerSource, root: ManifestBytes, image: ListedImage): Promise<ChosenImage> {
  return { rootDigest: root.digest, ...(await readImage(source, image)) }
}

/** What an index does not say, the configurations do. */
async function withPlatforms(source: ContainerSource, images: readonly ListedImage[]): Promise<ListedImage[]> {
  const unsaid = images.filter(({ platform }) => platform === null).length
  if (unsaid > MAX_UNSAID)
    throw new AppError('container-invalid', { details: { reason: `Its index does not say of ${unsaid} images what they are for` } })
  const told: ListedImage[] = []
  // One after the other, and no more kept of each than its platform: an index can name many, and large ones.
  for (const { digest, platform } of images)
    told.push({ digest, platform: platform ?? (await readImage(source, { digest, platform })).platform })
  return told
}

async function readConfig(source: ContainerSource, { config }: ImageManifest): Promise<ImageConfig | null> {
  if (!isImageConfigType(config.mediaType)) return null
  if (config.bytes > MAX_CONFIG_BYTES)
    throw new AppError('container-invalid', { details: { reason: `Its configuration is larger than ${MAX_CONFIG_BYTES / 1024 ** 2} MiB` } })
  const embedded = Buffer.from(config.data ?? '', 'base64')
  if (config.data !== null && embedded.length === config.bytes && digestOf(embedded) === config.digest)
    return readImageConfig(embedded.toString('utf8'))
  const pieces: Uint8Array[] = []
  for await (const piece of source.blob(config)) pieces.push(piece)
  return readImageConfig(Buffer.concat(pieces).toString('utf8'))
}
