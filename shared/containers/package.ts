import { TAR_BLOCK, tarHeader, tarPadding, tarTrailer } from '../archives/ustar-header.js'
import { AppError } from '../errors/app-error.js'
import type { ImageFormat } from '../images/formats.js'
import { MEDIA_TYPES } from './media-types.js'
/** What KubeVirt runs QEMU as; a disk that belongs to it can be read (kubevirt/user-guide, "containerDisk"). */
export const QEMU_USER = { uid: 107, gid: 107 } as const

/** Annotations of the image specification (annotations.md, "Pre-Defined Annotation Keys"). */
export const REF_NAME = 'org.opencontainers.image.ref.name'
export const IMAGE_TITLE = 'org.opencontainers.image.title'
export const IMAGE_CREATED = 'org.opencontainers.image.created'

/** The content of an empty configuration: `{}` (manifest.md, "Guidance for an Empty Descriptor"). */
export const EMPTY_CONFIG = '{}'

/** A descriptor as it is written (OCI image specification, descriptor.md); `Descriptor` of `manifest` is one that was read. */
export interface WrittenDescriptor {
  readonly mediaType: string
  readonly digest: string
  /** Bytes. */
  readonly size: number
  readonly artifactType?: string
  readonly platform?: GoPlatform
  readonly annotations?: Readonly<Record<string, string>>
}

export interface GoPlatform {
  readonly architecture: string
  readonly os: string
  readonly variant?: string
}

export type Texts = Readonly<Record<string, string>>

/** The bytes around the disk in the layer that holds it. */
export interface LayerFrame {
  readonly head: Uint8Array
  /** Zeros behind the disk. */
  readonly tailBytes: number
}

/**
 * The tar around one disk: its folders, its header, and the zeros behind it. All belongs to user 107 and may only be read, so that KubeVirt
 * and podman can use it. Throws `bad-input` for a path that is none of a file, or that a plain tar header cannot hold.
 */
export function layerFrame(diskPath: string, diskBytes: number): LayerFrame {
  const name = memberName(diskPath)
  const parts = name.split('/')
  const folders = parts.slice(0, -1).map((_, at) => `${parts.slice(0, at + 1).join('/')}/`)
  const headers = [
    ...folders.map((folder) => tarHeader({ name: folder, size: 0, mode: 0o755, kind: 'folder', ...QEMU_USER })),
    tarHeader({ name, size: diskBytes, mode: 0o440, ...QEMU_USER }),
  ]
  const head = new Uint8Array(headers.length * TAR_BLOCK)
  for (const [at, header] of headers.entries()) head.set(header, at * TAR_BLOCK)
  const padding = tarPadding(diskBytes)
  return { head, tailBytes: padding + tarTrailer(head.length + diskBytes + padding) }
}

/** `disk/boot.qcow2` of `/disk/boot.qcow2`. Throws `bad-input`. */
export function memberName(diskPath: string): string {
  const name = diskPath.replace(/^\/+/, '')
  const bad = name === '' || name.split('/').some((part) => part === '' || part === '.' || part === '..')
  if (bad || !/^[\x21-\x7e]+$/.test(name) || name.length > 100) {
    const reason = `${JSON.stringify(diskPath)} cannot be the path of the disk: up to 100 characters of ASCII without spaces, and no . or .. as a folder`
    throw new AppError('bad-input', { details: { path: diskPath, reason } })
  }
  return name
}

export interface ImageConfigParts {
  readonly platform: GoPlatform
  readonly labels: Texts
  /** `sha256:…` of the layer as it is without compression. */
  readonly diffId: string
  readonly createdBy: string
  /** RFC 3339; left out, the same disk gives the same image. */
  readonly created?: string | undefined
}

/** Configuration of an image that holds a disk and nothing that runs (OCI image specification, config.md). */
export function imageConfig({ platform, labels, diffId, createdBy, created }: ImageConfigParts): string {
  const time = created === undefined ? {} : { created }
  return JSON.stringify({
    ...time,
    ...platform,
    config: { Labels: labels },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ ...time, created_by: createdBy }],
  })
}

/** Manifest of an image, or of an artifact where it says of what type (OCI image specification, manifest.md). */
export function imageManifest(parts: {
  readonly config: WrittenDescriptor
  readonly layers: readonly WrittenDescriptor[]
  readonly annotations?: Texts
  readonly artifactType?: string
}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.manifest,
    ...(parts.artifactType === undefined ? {} : { artifactType: parts.artifactType }),
    config: parts.config,
    layers: parts.layers,
    ...someTexts(parts.annotations),
  })
}

/** OCI image specification, image-index.md. */
export function imageIndex(manifests: readonly WrittenDescriptor[], annotations?: Texts): string {
  return JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests, ...someTexts(annotations) })
}

/** What an artifact that is a disk calls itself. */
export const DISK_ARTIFACT = 'application/vnd.diskwright.disk.v1'

/** Media type of a disk as a blob, by the names of shared-mime-info. */
export function diskMediaType(format: ImageFormat): string {
  return DISK_TYPES[format] ?? 'application/octet-stream'
}

const DISK_TYPES: Readonly<Partial<Record<ImageFormat, string>>> = {
  qcow2: 'application/x-qemu-disk',
  vmdk: 'application/x-vmdk-disk',
  vdi: 'application/x-vdi-disk',
  vhd: 'application/x-vhd-disk',
  vhdx: 'application/x-vhdx-disk',
}

/**
 * A tag that led to one image now leads to an index with it, or the index that is there gets one image more. An image of the same platform
 * is replaced at its place; all else, fields that nobody here knows too, stays as it is. Throws `container-invalid` for what is no index.
 */
export function mergeIndex(present: unknown, added: WrittenDescriptor): string {
  if (!isRecord(present) || !Array.isArray(present.manifests)) throw invalid('What is there is no index of images')
  const manifests: readonly unknown[] = present.manifests
  const at = manifests.findIndex((one) => samePlatform(platformOf(one), added.platform))
  const type = present.mediaType === MEDIA_TYPES.dockerList ? MEDIA_TYPES.dockerList : MEDIA_TYPES.index
  const merged = at < 0 ? [...manifests, added] : manifests.map((one, index) => (index === at ? added : one))
  return JSON.stringify({
    ...present,
    schemaVersion: 2,
    mediaType: type,
    manifests: merged.filter((one) => one === added || !samePlatform(platformOf(one), added.platform)),
  })
}

function platformOf(manifest: unknown): GoPlatform | undefined {
  if (!isRecord(manifest) || !isRecord(manifest.platform)) return undefined
  const { architecture, os, variant } = manifest.platform
  if (typeof architecture !== 'string' || typeof os !== 'string') return undefined
  return { architecture, os, ...(typeof variant === 'string' ? { variant } : {}) }
}

/** `unknown/unknown` marks attestations, which are no images of a platform. */
function samePlatform(one: GoPlatform | undefined, other: GoPlatform | undefined): boolean {
  if (one === undefined || other === undefined || one.os === 'unknown') return false
  return one.os === other.os && one.architecture === other.architecture && variantOf(one) === variantOf(other)
}

/** `v8` is what every arm64 is (image-index.md, "Platform Variants"). */
function variantOf({ architecture, variant }: GoPlatform): string {
  if (variant !== undefined && variant !== '') return variant
  return architecture === 'arm64' ? 'v8' : ''
}

function someTexts(annotations: Texts | undefined): { annotations?: Texts } {
  return annotations === undefined || Object.keys(annotations).length === 0 ? {} : { annotations }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(reason: string): AppError {
  return new AppError('container-invalid', { details: { reason } })
}
