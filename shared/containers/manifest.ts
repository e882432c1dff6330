import { z } from 'zod'
import { AppError } from '../errors/app-error.js'
import { DIGEST } from './reference.js'
import { isIndexType, isSchema1Type, MEDIA_TYPES } from './media-types.js'

/** What a registry has to take (distribution-spec 1.1, "Pushing Manifests"), and no one needs more. */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024
/** Many times what labels and history of large images take. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024
/** More than storage of podman (500) and docker (about 125) takes. */
export const MAX_LAYERS = 512
const MAX_INDEX_ENTRIES = 1024

const texts = z.record(z.string(), z.string())
const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().optional() })

const descriptor = z.object({
  mediaType: z.string().min(1).max(255),
  digest: z.string().regex(DIGEST),
  size: z.int().nonnegative(),
  artifactType: z.string().max(255).optional(),
  platform: platform.optional().catch(undefined),
  annotations: texts.nullish(),
  urls: z.array(z.string()).nullish(),
  data: z.string().optional(),
})

const imageManifest = z.object({
  artifactType: z.string().max(255).optional(),
  config: descriptor,
  layers: z.array(descriptor),
  annotations: texts.nullish(),
})

const imageIndex = z.object({ manifests: z.array(descriptor), annotations: texts.nullish() })

const imageConfig = z.object({
  created: z.string().nullish(),
  os: z.string().nullish(),
  architecture: z.string().nullish(),
  variant: z.string().nullish(),
  config: z.object({ Labels: texts.nullish() }).nullish(),
  rootfs: z.object({ diff_ids: z.array(z.string().regex(DIGEST)).nullish() }).nullish(),
})

/** What a manifest says of a blob or of another manifest (OCI image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: number
  readonly artifactType: string | null
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant: string | null } | null
  readonly annotations: Readonly<Record<string, string>>
  /** The content itself, in base64; not checked. */
  readonly data: string | null
}

export interface ImageManifest {
  readonly kind: 'manifest'
  readonly mediaType: string
  readonly artifactType: string | null
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly annotations: Readonly<Record<string, string>>
}

export interface ImageIndex {
  readonly kind: 'index'
  readonly mediaType: string
  readonly manifests: readonly Descriptor[]
  readonly annotations: Readonly<Record<string, string>>
}

export interface ImageConfig {
  /** ISO 8601. */
  readonly createdAt: string | null
  readonly platform: Descriptor['platform']
  readonly labels: Readonly<Record<string, string>>
  /** Digests of the layers as they are unpacked. */
  readonly diffIds: readonly string[]
}

/**
 * Reads a manifest or index: of OCI (image-spec 1.1) or docker's schema 2. `mediaType` is what its place says it is; text that could be read as both is
 * refused (CVE-2021-41190). Throws `container-invalid`, and `container-unsupported` for schema 1 and for layers that lie elsewhere.
 */
export function readManifest(text: string, mediaType: string): ImageManifest | ImageIndex {
  if (text.length > MAX_MANIFEST_BYTES) throw invalid(`The manifest is larger than ${MAX_MANIFEST_BYTES / 1024 ** 2} MiB`)
  const value = parseObject(text, 'manifest')
  const type = manifestType(value, mediaType)
  if (isIndexType(type)) {
    const { manifests, annotations } = check(imageIndex, value, 'index')
    if (manifests.length > MAX_INDEX_ENTRIES) throw invalid(`The index has ${manifests.length} entries; ${MAX_INDEX_ENTRIES} are the most`)
    return { kind: 'index', mediaType: type, manifests: manifests.map(toDescriptor), annotations: annotations ?? {} }
  }
  const manifest = check(imageManifest, value, 'manifest')
  if (manifest.layers.length > MAX_LAYERS) throw invalid(`The image has ${manifest.layers.length} layers; ${MAX_LAYERS} are the most`)
  if (manifest.layers.some(({ urls }) => (urls ?? []).length > 0))
    throw new AppError('container-unsupported', {
      details: {
        feature: 'An image with layers that lie elsewhere',
        reason: 'Its manifest names other servers for a layer, which nobody vouches for',
        next: 'Take an image whose registry has all of it.',
      },
    })
  return {
    kind: 'manifest',
    mediaType: type,
    artifactType: manifest.artifactType ?? null,
    config: toDescriptor(manifest.config),
    layers: manifest.layers.map(toDescriptor),
    annotations: manifest.annotations ?? {},
  }
}

/** What kind of manifest bytes are where their place does not say so, such as a folder. Throws as `readManifest`. */
export function sniffManifestType(text: string): string {
  return manifestType(parseObject(text, 'manifest'), '')
}

/** Configuration of an image: config.md of the image-spec, and docker's, which has the same members. Throws `container-invalid`. */
export function readImageConfig(text: string): ImageConfig {
  const { created, os, architecture, variant, config, rootfs } = check(imageConfig, parseObject(text, 'configuration'), 'configuration')
  const time = created ? Date.parse(created) : Number.NaN
  return {
    createdAt: Number.isNaN(time) ? null : new Date(time).toISOString(),
    platform: os && architecture ? { os, architecture, variant: variant || null } : null,
    labels: config?.Labels ?? {},
    diffIds: rootfs?.diff_ids ?? [],
  }
}

function manifestType(value: Readonly<Record<string, unknown>>, said: string): string {
  const own = typeof value.mediaType === 'string' ? value.mediaType : null
  const isSchema1 = value.schemaVersion === 1 || 'fsLayers' in value || isSchema1Type(own ?? '')
  const hasEntries = 'manifests' in value
  const hasLayers = 'layers' in value || 'config' in value
  if (isSchema1)
    throw new AppError('container-unsupported', {
      details: {
        feature: 'An image in the old form of docker (schema 1)',
        reason: 'Its manifest does not say how large its layers are and what they are unpacked',
        next: 'Copy it with `skopeo copy --format oci` to an archive, and use that.',
      },
    })
  if (hasEntries === hasLayers) throw invalid('Its manifest is neither that of an image nor an index')
  const isIndex = hasEntries
  for (const type of [own, said]) {
    if (type !== null && (isIndexType(type) || isManifestType(type)) && isIndexType(type) !== isIndex)
      throw invalid('Its manifest is something else than it is said to be')
  }
  const type = [own, said].find((candidate) => candidate !== null && (isIndexType(candidate) || isManifestType(candidate)))
  return type ?? (isIndex ? MEDIA_TYPES.index : MEDIA_TYPES.manifest)
}

function isManifestType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPES.manifest || mediaType === MEDIA_TYPES.dockerManifest
}

function toDescriptor(raw: z.infer<typeof descriptor>): Descriptor {
  return {
    mediaType: raw.mediaType,
    digest: raw.digest,
    bytes: raw.size,
    artifactType: raw.artifactType ?? null,
    platform: raw.platform === undefined ? null : { ...raw.platform, variant: raw.platform.variant || null },
    annotations: raw.annotations ?? {},
    data: raw.data ?? null,
  }
}

function parseObject(text: string, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // What the parser says of it quotes the text, which is of no use to people.
  }
  throw invalid(`Its ${what} is no JSON object`)
}

function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw invalid(
    `Its ${what} is wrong at ${issue?.path.join('.') || 'its beginning'}: ${issue?.message ?? 'it cannot be read'}`.slice(0, 300),
  )
}

function invalid(reason: string): AppError {
  return new AppError('container-invalid', { details: { reason } })
}
