import { imageIndex, mergeIndex, type GoPlatform, type WrittenDescriptor } from '#shared/containers/package'
import { readImageConfig, readManifest } from '#shared/containers/manifest'
import { MEDIA_TYPES } from '#shared/containers/media-types'
import { small, type SmallBlob } from './packed-image.js'

/** What a destination leads to before anything is changed there. */
export interface PresentImage {
  readonly digest: string
  readonly mediaType: string
  readonly bytes: Buffer
}

/**
 * The index that a reference leads to once an image was added: what is there with one image more, or one new. A single image that is there stays
 * in it under the platform that its configuration says. Throws `container-invalid`, `container-unsupported`.
 */
export async function indexWith(
  added: WrittenDescriptor,
  present: PresentImage | null,
  readConfig: (descriptor: { readonly digest: string; readonly bytes: number }) => Promise<Buffer>,
): Promise<SmallBlob> {
  const base = present === null ? imageIndex([]) : await indexOf(present, readConfig)
  const merged = mergeIndex(JSON.parse(base), added)
  const { mediaType } = JSON.parse(merged) as { mediaType: string }
  return small(mediaType, merged)
}

async function indexOf(
  { digest, mediaType, bytes }: PresentImage,
  readConfig: (descriptor: { readonly digest: string; readonly bytes: number }) => Promise<Buffer>,
): Promise<string> {
  const text = bytes.toString('utf8')
  const manifest = readManifest(text, mediaType)
  if (manifest.kind === 'index') return text
  const descriptor = { mediaType: manifest.mediaType, digest, size: bytes.length }
  const artifact = manifest.artifactType === null ? {} : { artifactType: manifest.artifactType }
  const platform = manifest.config.mediaType === MEDIA_TYPES.empty ? null : platformOf(await readConfig(manifest.config))
  return imageIndex([{ ...descriptor, ...artifact, ...(platform === null ? {} : { platform }) }])
}

function platformOf(config: Buffer): GoPlatform | null {
  const { platform } = readImageConfig(config.toString('utf8'))
  if (platform === null) return null
  const { os, architecture, variant } = platform
  return { architecture, os, ...(variant === null ? {} : { variant }) }
}
