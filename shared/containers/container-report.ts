import { z } from 'zod'
import { appErrorDataSchema } from '../errors/app-error-data.js'
import { IMAGE_FORMATS } from '../images/formats.js'

/** `os`, `architecture` (GOARCH) and `variant` of an image index (OCI image-spec, image-index.md). */
export const containerPlatformSchema = z.object({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().nullable(),
})
export type ContainerPlatform = z.infer<typeof containerPlatformSchema>

export const LAYER_COMPRESSIONS = ['none', 'gzip', 'zstd', 'other'] as const

export const containerLayerSchema = z.object({
  digest: z.string(),
  mediaType: z.string(),
  /** Bytes of the blob, as it is stored. */
  bytes: z.number(),
  compression: z.enum(LAYER_COMPRESSIONS),
  /** A tar with files of the image; or, in an artifact, a blob that is a file itself. */
  kind: z.enum(['tar', 'file']),
  /** `org.opencontainers.image.title` of a blob that is a file. */
  title: z.string().nullable(),
})
export type ContainerLayer = z.infer<typeof containerLayerSchema>

/** One image behind a reference: one platform of an index, or all there is. */
export const containerImageSchema = z.object({
  /** Of its manifest. */
  digest: z.string(),
  mediaType: z.string(),
  kind: z.enum(['image', 'artifact']),
  /** `artifactType`, or the type of its configuration where that is not one of an image. */
  artifactType: z.string().nullable(),
  platform: containerPlatformSchema.nullable(),
  /** Bytes of all blobs, as they are stored. */
  bytes: z.number(),
  layers: z.array(containerLayerSchema),
  /** ISO 8601; null where none is said. */
  createdAt: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
})
export type ContainerImage = z.infer<typeof containerImageSchema>

export const SIGNATURE_STATES = ['not-required', 'verified', 'missing', 'wrong', 'refused', 'unchecked'] as const

/** What `policy.json` (containers-policy.json(5)) asks of an image, and whether it has it. */
export const signatureReportSchema = z.object({
  /** `refused`: the policy rejects images of this place. `unchecked`: it asks for what cannot be checked here; `detail` says why. */
  state: z.enum(SIGNATURE_STATES),
  detail: z.string(),
})
export type SignatureReport = z.infer<typeof signatureReportSchema>

/** What a reference leads to. Nothing but manifests and configurations was fetched. */
export const containerReportSchema = z.object({
  /** Canonical, with its registry and without a digest that was not asked for. */
  reference: z.string(),
  /** Of the manifest or index that it leads to now. */
  digest: z.string(),
  mediaType: z.string(),
  isIndex: z.boolean(),
  /** In the order of the index; at least one. Attestations and other things that are no images are left out and noted. */
  images: z.array(containerImageSchema).min(1),
  /** Digest of the image that fits this machine, or of the only one. */
  preferred: z.string(),
  signature: signatureReportSchema,
  /** Registry that really answered, where that was a mirror. */
  mirror: z.string().nullable(),
  /** It came without TLS, as the user or `registries.conf` said. */
  plainHttp: z.boolean(),
  notes: z.array(z.string()),
})
export type ContainerReport = z.infer<typeof containerReportSchema>

/** A disk that was found inside of an image, by its content. */
export const diskCandidateSchema = z.object({
  /** Absolute path in the image; the title of a blob, or its digest, where the blob is the disk. */
  path: z.string(),
  /** Digest of the layer's blob that it comes from: the uppermost one that has it. */
  layer: z.string(),
  /** `qcow2 v3`, `VMDK (streamOptimized)`, `ISO 9660` …, by its first bytes. */
  label: z.string(),
  /** Of the disk itself, behind a compression; null for what cannot be opened as a disk. */
  format: z.enum(IMAGE_FORMATS).nullable(),
  /** Size of the disk that a machine sees; null where only reading all of it would tell. */
  virtualBytes: z.number().nullable(),
  /** Bytes of the file in the image. */
  bytes: z.number(),
  /** What the file itself is compressed with. */
  compression: z.enum(['gzip', 'xz', 'zstd', 'bzip2']).nullable(),
  /** All parts of a file that was split, in order, the first one being `path`; empty for a whole one. */
  parts: z.array(z.string()),
  /** Other files it names: backing file, extents. A disk that has some cannot be used alone. */
  needs: z.array(z.string()),
  /** The highest is the most likely. */
  score: z.number(),
  /** Why it stands where it stands, in words. */
  reason: z.string(),
})
export type DiskCandidate = z.infer<typeof diskCandidateSchema>

export const INDEX_STATES = ['reading', 'done', 'stopped', 'failed'] as const

/** What is known so far of the files in an image. */
export const containerIndexSchema = z.object({
  id: z.string(),
  reference: z.string(),
  /** Digest of the image's manifest. */
  digest: z.string(),
  state: z.enum(INDEX_STATES),
  /** Bytes of blobs that were read, of all. */
  readBytes: z.number(),
  totalBytes: z.number(),
  /** Files and folders seen so far. */
  entries: z.number(),
  candidates: z.array(diskCandidateSchema),
  notes: z.array(z.string()),
  /** Why it failed; only where `state` is `failed`. */
  error: appErrorDataSchema.optional(),
})
export type ContainerIndex = z.infer<typeof containerIndexSchema>

/** A file or folder in an image, whiteouts of upper layers honoured. */
export const containerEntrySchema = z.object({
  name: z.string(),
  kind: z.enum(['file', 'folder', 'symlink', 'other']),
  bytes: z.number(),
  /** Permission bits. */
  mode: z.number(),
  uid: z.number(),
  gid: z.number(),
  /** Target of a symbolic link; nobody vouches for it. */
  link: z.string().nullable(),
})
export type ContainerEntry = z.infer<typeof containerEntrySchema>

/** Where a file on this machine was taken from. */
export const containerOriginSchema = z.object({
  file: z.string(),
  reference: z.string(),
  /** What the reference led to when it was taken: of the index where there is one, and of the image. */
  digest: z.string(),
  imageDigest: z.string(),
  platform: containerPlatformSchema.nullable(),
  /** Path in the image. */
  path: z.string(),
  takenAt: z.string(),
})
export type ContainerOrigin = z.infer<typeof containerOriginSchema>

export const newerReportSchema = z.object({
  origin: containerOriginSchema,
  state: z.enum(['same', 'newer', 'gone']),
  /** What the reference leads to now; null when it is gone. */
  digest: z.string().nullable(),
  createdAt: z.string().nullable(),
})
export type NewerReport = z.infer<typeof newerReportSchema>
