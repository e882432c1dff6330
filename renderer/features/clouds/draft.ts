import { z } from 'zod'
import { type FieldValues, fieldValuesSchema } from '#shared/clouds/field'
import { type ProviderId, providerIdSchema } from '#shared/clouds/provider-ids'
import { STEP_IDS } from './ship-steps.js'

const valuesByProviderSchema = z.partialRecord(providerIdSchema, fieldValuesSchema)

/** What was filled in for the upload of one file. */
export const draftSchema = z.object({
  /** Names the upload: the same again goes on where one broke off. */
  upload: z.uuid(),
  path: z.string().min(1).max(4096),
  provider: providerIdSchema.nullable(),
  /** Of every provider that was looked at: going back to one finds all of it. */
  values: valuesByProviderSchema,
  /** The file is made fit for the provider's platform on its way. */
  retarget: z.boolean(),
  step: z.enum(STEP_IDS),
  /** The furthest step that was shown. */
  reached: z.enum(STEP_IDS),
  /** The job that sends it, or sent it. */
  job: z.string().nullable(),
  /** It was filled from the record of an upload that broke off. */
  reopened: z.boolean().default(false),
  /** Fields of secrets that were filled in and are not there any more. */
  again: z.array(z.string()).default([]),
  /** Edits that went along and held secrets, which nobody keeps. */
  lostEdits: z.number().default(0),
  /** What is staged on the file, without secrets: staged again where it is not any more. */
  staged: z.array(z.unknown()).default([]),
})
export type Draft = z.infer<typeof draftSchema>

export const keptShipSchema = z.object({
  drafts: z.array(draftSchema),
  /** Accounts that were used last. */
  accounts: valuesByProviderSchema,
  /** What values of lists are called, by `nameKey`; what was seen last comes last. */
  names: z.record(z.string(), z.string()).default({}),
})
export type KeptShip = z.infer<typeof keptShipSchema>

export function newDraft(path: string, staged: readonly unknown[] = []): Draft {
  return {
    upload: crypto.randomUUID(),
    path,
    provider: null,
    values: {},
    retarget: false,
    step: 'target',
    reached: 'target',
    job: null,
    reopened: false,
    again: [],
    lostEdits: 0,
    staged: [...staged],
  }
}

/** Under which a list's words for a value are remembered. */
export function nameKey(provider: ProviderId, field: string, value: string): string {
  return `${provider} ${field} ${value}`
}

/** Secrets that were kept for a session are gone with it; a reference to one would lead nowhere. */
export function withoutSessionSecrets(values: FieldValues): FieldValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value !== 'string' || !value.startsWith('session:')))
}

/** What is written down of it. */
export function keptDraft(draft: Draft): Draft {
  const values = keptValues(draft.values)
  const kept = draft.provider === null ? {} : values[draft.provider]
  const lost = Object.keys(valuesOf(draft)).filter((id) => kept?.[id] === undefined)
  return { ...draft, values, again: [...new Set([...draft.again, ...lost])] }
}

export function keptValues(values: Draft['values']): Draft['values'] {
  const entries = Object.entries(values) as [ProviderId, FieldValues][]
  return Object.fromEntries(entries.map(([provider, own]) => [provider, withoutSessionSecrets(own)]))
}

export function valuesOf(draft: Draft): FieldValues {
  return draft.provider === null ? {} : (draft.values[draft.provider] ?? {})
}
