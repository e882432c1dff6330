import { z } from 'zod'
import { fieldValueSchema } from './field.js'

/** One row of the checks before an upload: what was looked at and what was found. `code` is what tests and scripts go by. */
export const checkRowSchema = z.object({
  code: z.string(),
  /** Short: `Credentials`, `Quota`. */
  title: z.string(),
  state: z.enum(['ok', 'warning', 'error', 'info']),
  /** What was found, in words. */
  found: z.string(),
  /** The field that it is about. */
  field: z.string().optional(),
  /** What mends it. `retarget`: stage the edits of a platform. `set`: another value. `command`: what the user runs, such as a sign-in. */
  fix: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('retarget'), platform: z.string() }),
      z.object({ kind: z.literal('set'), field: z.string(), value: fieldValueSchema, label: z.string() }),
      z.object({ kind: z.literal('command'), command: z.string() }),
    ])
    .optional(),
})
export type CheckRow = z.infer<typeof checkRowSchema>

/** One step of an upload, known before it runs; a job's steps are made of these. */
export const uploadStepSchema = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.enum(['convert', 'transfer', 'remote', 'wait', 'cleanup']),
  /** Share of the whole; all are scaled to add up to 1. */
  weight: z.number(),
  /** What it makes at the provider, in words: `custom image ock-1.31`. */
  creates: z.array(z.string()).default([]),
})
export type UploadStep = z.infer<typeof uploadStepSchema>

export const uploadPlanSchema = z.object({
  checks: z.array(checkRowSchema),
  steps: z.array(uploadStepSchema),
  /** Bytes of what is stored there in the end. */
  totalBytes: z.number(),
  /** Bytes that go over the wire, as far as can be known before. */
  wireBytes: z.number(),
  /** Bytes needed on this machine for the time of the upload, and where. */
  tempBytes: z.number(),
  tempFolder: z.string().nullable(),
  /** Copyable commands that do the same without Diskwright, secrets left out. */
  commands: z.array(z.string()),
  /** What will exist at the provider, in words. */
  creates: z.array(z.string()),
})
export type UploadPlan = z.infer<typeof uploadPlanSchema>

/** Something that an upload made at the provider. */
export const remoteSchema = z.object({
  /** In the provider's words: `object`, `snapshot`, `disk`. */
  kind: z.string(),
  id: z.string(),
  /** For people: `object boot.qcow2 in bucket images`. */
  label: z.string(),
  /** A result; others are deleted when the upload has succeeded, or failed. */
  keepOnSuccess: z.boolean(),
  /** What it takes to delete it besides the request's values, such as a part of an address. */
  facts: z.record(z.string(), z.string()).default({}),
})
export type Remote = z.infer<typeof remoteSchema>
export type RemoteDraft = z.input<typeof remoteSchema>

export const uploadResultSchema = z.object({
  resources: z.array(z.object({ kind: z.string(), id: z.string(), name: z.string(), url: z.string().nullable() })),
  /** How it is known that what is stored is what was sent. */
  verified: z.enum(['sha256', 'sha512', 'md5', 'crc32c', 'size', 'none']),
  /** What to do with it: commands to launch it, pages to open. */
  next: z.array(z.object({ title: z.string(), command: z.string().nullable(), url: z.string().nullable() })),
  /** Whoever has a link to this may read it without an account: such a link is made when it is asked for, and written down nowhere. */
  share: z.object({ resource: z.string(), hours: z.number() }).optional(),
  /** What is left at the provider that is not a result, because the user wanted it kept or it could not be deleted. */
  temporary: z.array(remoteSchema),
  /** Bytes sent, and bytes left out because they are zero. */
  sentBytes: z.number(),
  skippedBytes: z.number(),
})
export type UploadResult = z.infer<typeof uploadResultSchema>
