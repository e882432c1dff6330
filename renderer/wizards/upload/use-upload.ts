import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { providerForm } from '#shared/clouds/forms'
import type { Field, FieldValues } from '#shared/clouds/field'
import type { ProviderForm } from '#shared/clouds/provider-form'
import { withDefaults } from '#shared/clouds/read-values'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { Edit } from '#shared/edits/edit'
import { factsQuery } from '../../features/clouds/cloud-queries.js'
import { type Draft, valuesOf } from '../../features/clouds/draft.js'
import type { FieldContext } from '../../features/clouds/fields/field-view.js'
import { useEdits } from '../../features/edits/edit-store.js'
import { replacedRetarget } from '../../features/platforms/stage-retarget.js'

/** Edits that go along: what is staged on the image, and what makes it fit for the platform on this way alone. */
export function editsOf(staged: readonly Edit[], form: ProviderForm | null, retarget: boolean): readonly Edit[] {
  const platform = form?.platform ?? null
  return retarget && platform !== null ? replacedRetarget(staged, { kind: 'retarget', platform }) : staged
}

export interface Upload {
  readonly draft: Draft
  readonly form: ProviderForm | null
  readonly fields: readonly Field[]
  /** As they were filled in. */
  readonly raw: FieldValues
  /** With defaults, and nothing that belongs to no field. */
  readonly values: FieldValues
  readonly edits: readonly Edit[]
  /** How many of the edits are staged on the open image. */
  readonly staged: number
  readonly facts: SourceFacts | null
  readonly factsError: unknown
  readonly readAgain: () => void
  readonly context: FieldContext | null
}

/** All that is known of an upload that is being put together. */
export function useUpload(draft: Draft): Upload {
  const staged = useEdits(draft.path)
  const form = draft.provider === null ? null : providerForm(draft.provider)
  const { retarget } = draft
  // Lists are told apart by what they are: a new one on every draw would be asked about for ever.
  const edits = useMemo(() => editsOf(staged, form, retarget), [staged, form, retarget])
  const query = useQuery(factsQuery(draft.path, edits))
  const facts = query.data ?? null
  const raw = valuesOf(draft)
  const { fields, values } = completed(form, raw, facts)
  return {
    draft,
    form,
    fields,
    raw,
    values,
    edits,
    staged: staged.length,
    facts,
    factsError: query.error,
    readAgain: () => void query.refetch(),
    context: draft.provider === null ? null : { provider: draft.provider, upload: draft.upload, facts, fields, values },
  }
}

/** Which fields there are may depend on the defaults of others: they are asked for once more with those. */
export function completed(
  form: ProviderForm | null,
  raw: FieldValues,
  facts: SourceFacts | null,
): { readonly fields: readonly Field[]; readonly values: FieldValues } {
  if (form === null) return { fields: [], values: {} }
  const fields = form.fields(raw, facts)
  return { fields, values: withDefaults(fields, raw) }
}
