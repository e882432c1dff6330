import { z } from 'zod'
import { editSchema } from '../edits/edit.js'
import { jobSchema } from '../jobs/job.js'
import { fieldChoiceSchema, fieldValuesSchema } from './field.js'
import { providerIdSchema } from './provider-ids.js'
import { sourceFactsSchema } from './source-facts.js'
import { remoteSchema, uploadPlanSchema } from './upload-plan.js'
import { uploadImageInputSchema } from './upload-request.js'

const path = z.string().min(1).max(4096)
const upload = z.string().max(64)
const request = { provider: providerIdSchema, facts: sourceFactsSchema, values: fieldValuesSchema, edits: z.array(editSchema).max(2000) }

/** A profile, sign-in or configuration file that is on this machine already. */
export const cloudAccountSchema = z.object({
  /** For people: `Profile DEFAULT of ~/.oci/config`. */
  label: z.string(),
  /** One line of what is known of it: region, user, when it ends. */
  note: z.string(),
  /** What choosing it fills in. */
  values: fieldValuesSchema,
  /** Why it cannot be used, such as a session that has ended; null when it can. */
  problem: z.string().nullable(),
})
export type CloudAccount = z.infer<typeof cloudAccountSchema>

/** An upload that was neither finished nor cleaned up. */
export const openUploadSchema = z.object({
  upload: z.string(),
  provider: providerIdSchema,
  title: z.string(),
  updatedAt: z.string(),
  /** What it left at the provider. */
  remotes: z.array(remoteSchema),
  /** It came to its end; what it left there is not needed. Such a one cannot go on. */
  finished: z.boolean().optional(),
})
export type OpenUpload = z.infer<typeof openUploadSchema>

/** Calls about uploads, as `contract` has them. */
export const cloudCalls = {
  /** What is known of a file that could be uploaded; with staged edits, what it will be. */
  'clouds.facts': { input: z.object({ path, edits: z.array(editSchema).max(2000) }), output: sourceFactsSchema },
  'clouds.accounts': { input: z.object({ provider: providerIdSchema }), output: z.array(cloudAccountSchema) },
  /** Choices of a `remote-select`. */
  'clouds.choices': {
    input: z.object({
      provider: providerIdSchema,
      field: z.string().max(64),
      values: fieldValuesSchema,
      facts: sourceFactsSchema.nullable(),
    }),
    output: z.array(fieldChoiceSchema),
  },
  /** Everything that can be checked and told before anything is sent. */
  'clouds.plan': { input: z.object(request), output: uploadPlanSchema },
  /** Keeps a secret for this session, or in the keyring; answers the reference that stands for it. */
  'clouds.keepSecret': {
    input: z.object({ name: z.string().min(1).max(300), secret: z.string().min(1).max(100_000), keep: z.enum(['session', 'keyring']) }),
    output: z.object({ reference: z.string() }),
  },
  /** Asks for a file, such as a key or the certificate of an authority; null when the dialog was closed. */
  'clouds.chooseFile': { input: z.object({ title: z.string().max(200) }), output: z.object({ path }).nullable() },
  /** Whether a form may name this file: it was chosen, or an account of this machine names it, since Diskwright was started. */
  'clouds.mayRead': { input: z.object({ provider: providerIdSchema, path }), output: z.object({ granted: z.boolean() }) },
  'clouds.openUploads': { input: z.undefined(), output: z.array(openUploadSchema) },
  /** What an open upload was asked for, to be looked at again in the form. */
  'clouds.reviewUpload': {
    input: z.object({ upload }),
    output: z.object({
      /** Without edits and secrets that are not there any more. */
      input: uploadImageInputSchema,
      /** How many edits held secrets, and were kept without. */
      lostEdits: z.number(),
      /** Fields of secrets that have to be typed again. */
      lostSecrets: z.array(z.string()),
    }),
  },
  /** Goes on with an open upload as its record says; its secrets are asked for where they are not there any more. Answers its job. */
  'clouds.resume': { input: z.object({ upload }), output: jobSchema },
  /** Makes a link to what an upload made, as its result says under `share`. */
  'clouds.shareLink': { input: z.object({ upload }), output: z.object({ url: z.string() }) },
  /** Deletes at the provider what an upload left: all of it, or one thing. What could not be deleted comes back. */
  'clouds.cleanUp': {
    input: z.object({ upload, remote: z.string().max(4096).optional() }),
    output: z.object({ left: z.array(z.object({ label: z.string(), reason: z.string() })) }),
  },
} as const
