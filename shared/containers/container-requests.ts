import { z } from 'zod'
import { DISK_FORMATS } from '../images/formats.js'
import { containerPlatformSchema } from './container-report.js'

const reference = z.string().min(1).max(4096)

/** How registries are reached for one request; what is left out is as podman is configured on this machine. */
export const accessSchema = z.object({
  /** Absolute path of an auth file in the form of containers-auth.json(5). */
  authFile: z.string().max(4096).optional(),
  /** HTTP without TLS, for the registries of this request alone. Never assumed. */
  plainHttp: z.boolean().optional(),
  /** Folder with `*.crt`, `*.cert` and `*.key`, in the form of containers-certs.d(5). */
  certDir: z.string().max(4096).optional(),
})
export type Access = z.infer<typeof accessSchema>

/** Take a disk, or any file or folder, out of a container image. */
export const extractContainerInputSchema = z.object({
  reference,
  /** Digest of the manifest or index that was looked at: a tag that was moved since does not change what is taken. */
  digest: z.string().optional(),
  /** Of an index; default: that of this machine, or the only one. */
  platform: containerPlatformSchema.partial({ os: true, variant: true }).optional(),
  /** Path in the image, or the title of a blob; may be left out where there is one disk. */
  path: z.string().max(4096).optional(),
  /** Absolute path of the file to make, or of the folder where `path` is a folder. */
  output: z.string(),
  replace: z.boolean().default(false),
  /** Also unpack a disk that is compressed inside of the image. */
  unpack: z.boolean().default(true),
  /** `stream`: by ourselves. `podman`: pull, create, cp, rm. `auto`: what is in local storage by podman, all else by ourselves. */
  via: z.enum(['auto', 'stream', 'podman']).default('auto'),
  access: accessSchema.default({}),
})

export const CONTAINER_LAYOUTS = ['boot-container', 'containerdisk', 'artifact'] as const
export type ContainerLayout = (typeof CONTAINER_LAYOUTS)[number]

export const signatureRequestSchema = z.discriminatedUnion('kind', [
  /** Absolute path of a private key of cosign; its passphrase is asked for or in `COSIGN_PASSWORD`. */
  z.object({ kind: z.literal('sigstore'), keyFile: z.string() }),
  /** Fingerprint or mail address of a key of GnuPG. */
  z.object({ kind: z.literal('gpg'), key: z.string().min(1).max(200) }),
])

/** Make a container image of a disk, and put it somewhere. */
export const packageContainerInputSchema = z.object({
  /** Absolute path of the disk image; its bytes go in as they are. */
  source: z.string(),
  revision: z.string().optional(),
  layout: z.enum(CONTAINER_LAYOUTS),
  /** Name of the disk in the image; default: `/disk/boot.qcow2` (with the format's own ending), or its own name for a containerDisk. */
  path: z.string().max(1024).optional(),
  /** Any transport; archives and folders are made, and replaced only with `replace`. */
  destination: reference,
  replace: z.boolean().default(false),
  /** GOARCH; default: that of the system in the disk. */
  architecture: z.string().max(40).optional(),
  /** Add to the index that is there already, in place of an image of the same platform; without one, make an index. */
  addToIndex: z.boolean().default(false),
  labels: z.record(z.string().max(200), z.string().max(4096)).default({}),
  annotations: z.record(z.string().max(200), z.string().max(4096)).default({}),
  compression: z.enum(['none', 'gzip', 'zstd']).default('none'),
  sign: signatureRequestSchema.optional(),
  access: accessSchema.default({}),
})

/** Copy an image from one place to another (`skopeo copy`). */
export const copyContainerInputSchema = z.object({
  source: reference,
  destination: reference,
  replace: z.boolean().default(false),
  /** All images of an index; else the one of `platform`, or of this machine. */
  all: z.boolean().default(false),
  platform: containerPlatformSchema.partial({ os: true, variant: true }).optional(),
  /** Fail rather than change the manifest to what the destination takes. */
  keepDigests: z.boolean().default(false),
  sign: signatureRequestSchema.optional(),
  from: accessSchema.default({}),
  to: accessSchema.default({}),
})

/** Make a bootable disk of a bootable container (`bootc install to-disk`, or bootc-image-builder). */
export const buildDiskInputSchema = z.object({
  reference,
  output: z.string(),
  replace: z.boolean().default(false),
  format: z.enum(DISK_FORMATS).default('qcow2'),
  /** Size of the disk in bytes; default: what the image needs, and 10 GiB at least. */
  sizeBytes: z.number().int().positive().optional(),
  rootFilesystem: z.enum(['xfs', 'ext4', 'btrfs']).optional(),
  kernelArgs: z.array(z.string().max(1024)).max(100).default([]),
  via: z.enum(['auto', 'bootc', 'bootc-image-builder']).default('auto'),
  access: accessSchema.default({}),
})

export const CONTAINER_JOB_INPUTS = {
  'extract-container': extractContainerInputSchema,
  'package-container': packageContainerInputSchema,
  'copy-container': copyContainerInputSchema,
  'build-disk': buildDiskInputSchema,
} as const

/** Who is known at a registry, and by what; never the secret itself. */
export const signInSchema = z.object({
  registry: z.string(),
  user: z.string().nullable(),
  /** `session`: until Diskwright ends. `keyring`: kept encrypted. `auth-file`: podman's or docker's. `helper`: a credential helper. */
  kept: z.enum(['session', 'keyring', 'auth-file', 'helper']),
  /** The file, or the helper's name. */
  where: z.string().nullable(),
})
export type SignIn = z.infer<typeof signInSchema>

export const signInRequestSchema = z.object({
  registry: z.string().min(1, 'it is empty').max(300),
  // RFC 7617 section 2: what comes behind the first colon is the password.
  user: z
    .string()
    .min(1, 'it is empty')
    .max(1000)
    .regex(/^[^:]*$/, 'a name that signs in has no colon in it'),
  secret: z.string().min(1, 'it is empty').max(100_000),
  keep: z.enum(['session', 'keyring', 'auth-file']),
  access: accessSchema.default({}),
})
export type SignInRequest = z.input<typeof signInRequestSchema>

/** A local image or container that takes space. */
export const storedImageSchema = z.object({
  id: z.string(),
  /** `containers-storage:` reference of each name; empty for one without a name. */
  references: z.array(z.string()),
  bytes: z.number(),
  createdAt: z.string().nullable(),
  architecture: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  /** A bootable container (`containers.bootc`, `ostree.bootable`). */
  isBootable: z.boolean(),
  /** Names of containers that use it. */
  usedBy: z.array(z.string()),
  /** Diskwright pulled or made it. */
  isOurs: z.boolean(),
})
export type StoredImage = z.infer<typeof storedImageSchema>

export const storedContainerSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  state: z.string(),
  bytes: z.number().nullable(),
  createdAt: z.string().nullable(),
  isOurs: z.boolean(),
})
export type StoredContainer = z.infer<typeof storedContainerSchema>

export const containerStorageSchema = z.object({
  /** Why there is nothing to see; null when podman answered. */
  problem: z.string().nullable(),
  /** That reason is that podman is not installed. */
  isToolMissing: z.boolean().optional(),
  /** Folder of the storage, and its driver. */
  root: z.string().nullable(),
  driver: z.string().nullable(),
  images: z.array(storedImageSchema),
  containers: z.array(storedContainerSchema),
})
export type ContainerStorage = z.infer<typeof containerStorageSchema>

/** Whether this machine can make a disk of a bootable container, and how. */
export const buildDiskAbilitySchema = z.object({
  via: z.enum(['bootc', 'bootc-image-builder']).nullable(),
  /** podman is not installed, whatever else stands in the way. */
  isToolMissing: z.boolean().optional(),
  /** What is missing, in words, one a line; empty when it can. */
  problems: z.array(z.string()),
  /** Copyable commands of what would run. */
  commands: z.array(z.string()),
})
export type BuildDiskAbility = z.infer<typeof buildDiskAbilitySchema>
