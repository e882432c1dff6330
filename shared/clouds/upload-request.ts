import { z } from 'zod'
import { editSchema } from '../edits/edit.js'
import { fieldValuesSchema } from './field.js'
import { providerIdSchema } from './provider-ids.js'
import { sourceFactsSchema } from './source-facts.js'

/** Send an image to a provider, and make of it what can be launched there. */
export const uploadImageInputSchema = z.object({
  /** Names the journal: a request with the id of one that broke off goes on where it was. */
  upload: z.uuid(),
  provider: providerIdSchema,
  /** As they were when the request was made; a file that changed since is refused. */
  facts: sourceFactsSchema,
  /** Written to a throw-away overlay first, such as the retarget to the provider's platform. */
  edits: z.array(editSchema).max(2000).default([]),
  values: fieldValuesSchema,
})
export type UploadInput = z.infer<typeof uploadImageInputSchema>

export const UPLOAD_JOB_INPUTS = { 'upload-image': uploadImageInputSchema } as const

/** What an upload is doing, beside the state of its job. */
export const UPLOAD_PHASES = ['converting', 'uploading', 'importing', 'ready', 'failed', 'needs sign-in'] as const
export type UploadPhase = (typeof UPLOAD_PHASES)[number]
