import { z } from 'zod'
import { bootTestInputSchema } from '../boot-test/boot-test-request.js'
import { UPLOAD_JOB_INPUTS } from '../clouds/upload-request.js'
import { CONTAINER_JOB_INPUTS } from '../containers/container-requests.js'
import { editSchema } from '../edits/edit.js'
import { guestPlaceSchema } from '../edits/guest-place.js'
import { diskFormatSchema } from '../images/image-info.js'
import { expectationSchema } from '../recipes/expectation.js'
import { convertImageInputSchema } from './convert-request.js'
import { DISK_JOB_INPUTS } from './disk-requests.js'

export const ENGINES = ['uml', 'guestfish', 'nbd'] as const
export const engineIdSchema = z.enum(ENGINES)
export type EngineId = z.infer<typeof engineIdSchema>

/** Apply edits and keep the result. */
export const saveImageInputSchema = z.object({
  /** Absolute path of the source image. */
  source: z.string(),
  /** `ImageInfo.revision` that the edits were made against; a different one ends the job with `image-changed`. */
  revision: z.string().optional(),
  edits: z.array(editSchema).min(1).max(2000),
  /** Edits that have their effect already are left out; without any left, the result is a copy. */
  idempotent: z.boolean().optional(),
  /** What has to hold of the image before anything is written. */
  expects: z.array(expectationSchema).max(1000).optional(),
  target: z.discriminatedUnion('mode', [
    z.object({
      mode: z.literal('new-file'),
      output: z.string(),
      /** Default: the source's format. */
      format: diskFormatSchema.optional(),
      subformat: z.string().optional(),
      replace: z.boolean().default(false),
    }),
    /** The source itself is replaced; the original stays beside it as `NAME.backup-DATE`, unless `keepBackup` is false. */
    z.object({ mode: z.literal('in-place'), keepBackup: z.boolean().default(true) }),
  ]),
  /** Default: the best engine that works here. */
  engine: engineIdSchema.optional(),
})

/** Copy files and folders out of an image, as they are with the edits, into a folder. */
export const extractFilesInputSchema = z.object({
  /** Absolute path of the source image. */
  source: z.string(),
  /** `ImageInfo.revision` of the image that was looked at; a different one ends the job with `image-changed`. */
  revision: z.string().optional(),
  edits: z.array(editSchema).max(2000).default([]),
  /** `as`: its name in the folder, where that is another one. */
  items: z
    .array(z.object({ ...guestPlaceSchema.shape, as: z.string().optional() }))
    .min(1)
    .max(10_000),
  /** Absolute path of a folder that is there. */
  folder: z.string(),
  /** Files of the same name may be replaced; folders never are. */
  replace: z.boolean().default(false),
  /** Permission bits (without setuid and setgid) and times as in the image. */
  keepModes: z.boolean().default(true),
})

/** Unpack a disk image that is compressed or in an archive, as it is. */
export const unpackImageInputSchema = z.object({
  /** Absolute path of the packed file. */
  source: z.string(),
  /** Which disk, by its name in the archive; may be left out where there is only one. */
  member: z.string().max(4096).optional(),
  output: z.string(),
  replace: z.boolean().default(false),
  /** Unpack although the manifest says that the archive is not what it was. */
  ignoreManifest: z.boolean().default(false),
})

/** Where two images differ; nothing is written beside them. */
export const compareImagesInputSchema = z.object({
  /** Absolute paths of images, of packed ones, or of archives that hold some. */
  left: z.string(),
  right: z.string(),
  /** Which disk of an archive; may be left out where there is only one. */
  leftMember: z.string().max(4096).optional(),
  rightMember: z.string().max(4096).optional(),
  /** Compare the files of partitions that differ as well. */
  files: z.boolean().default(true),
})

/** One schema per kind of long work; the window, the CLI and tests all start jobs with these. */
export const JOB_INPUTS = {
  'save-image': saveImageInputSchema,
  'convert-image': convertImageInputSchema,
  'extract-files': extractFilesInputSchema,
  'unpack-image': unpackImageInputSchema,
  'compare-images': compareImagesInputSchema,
  'test-boot': bootTestInputSchema,
  ...DISK_JOB_INPUTS,
  ...CONTAINER_JOB_INPUTS,
  ...UPLOAD_JOB_INPUTS,
} as const

export type JobKind = keyof typeof JOB_INPUTS
export const jobKindSchema = z.enum(Object.keys(JOB_INPUTS) as [JobKind, ...JobKind[]])
export type JobInput<K extends JobKind> = z.infer<(typeof JOB_INPUTS)[K]>
/** Input before defaults are filled in. */
export type JobInputDraft<K extends JobKind> = z.input<(typeof JOB_INPUTS)[K]>

export const jobRequestSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('save-image'), input: saveImageInputSchema }),
  z.object({ kind: z.literal('convert-image'), input: convertImageInputSchema }),
  z.object({ kind: z.literal('extract-files'), input: extractFilesInputSchema }),
  z.object({ kind: z.literal('unpack-image'), input: unpackImageInputSchema }),
  z.object({ kind: z.literal('compare-images'), input: compareImagesInputSchema }),
  z.object({ kind: z.literal('test-boot'), input: bootTestInputSchema }),
  z.object({ kind: z.literal('compact-image'), input: DISK_JOB_INPUTS['compact-image'] }),
  z.object({ kind: z.literal('snapshot-image'), input: DISK_JOB_INPUTS['snapshot-image'] }),
  z.object({ kind: z.literal('rebase-image'), input: DISK_JOB_INPUTS['rebase-image'] }),
  z.object({ kind: z.literal('commit-image'), input: DISK_JOB_INPUTS['commit-image'] }),
  z.object({ kind: z.literal('repair-image'), input: DISK_JOB_INPUTS['repair-image'] }),
  z.object({ kind: z.literal('extract-container'), input: CONTAINER_JOB_INPUTS['extract-container'] }),
  z.object({ kind: z.literal('package-container'), input: CONTAINER_JOB_INPUTS['package-container'] }),
  z.object({ kind: z.literal('copy-container'), input: CONTAINER_JOB_INPUTS['copy-container'] }),
  z.object({ kind: z.literal('build-disk'), input: CONTAINER_JOB_INPUTS['build-disk'] }),
  z.object({ kind: z.literal('upload-image'), input: UPLOAD_JOB_INPUTS['upload-image'] }),
])
export type JobRequest = z.infer<typeof jobRequestSchema>
/** A request before defaults are filled in. */
export type JobRequestDraft = z.input<typeof jobRequestSchema>

export { type OutputPlan, outputPlanSchema } from './output-plan.js'
