import { queryOptions } from '@tanstack/react-query'
import type { CallInput } from '#shared/contract'
import type { Field, FieldValues } from '#shared/clouds/field'
import type { ProviderId } from '#shared/clouds/provider-ids'
import type { SourceFacts } from '#shared/clouds/source-facts'
import type { Edit } from '#shared/edits/edit'
import { call } from '../../api/client.js'
import { fieldsOfStep } from './ship-steps.js'

/** All of them begin with `clouds`. What providers answer is asked for again whenever it is shown anew. */
export const factsQuery = (path: string, edits: readonly Edit[]) =>
  queryOptions({
    queryKey: ['clouds', 'facts', path, edits],
    queryFn: () => call('clouds.facts', { path, edits: [...edits] }),
    staleTime: 0,
    gcTime: 60_000,
    // With one edit more it is the same file still: what is known stays until it is known anew.
    placeholderData: (previous) => (previous?.path === path ? previous : undefined),
  })

export const accountsQuery = (provider: ProviderId) =>
  queryOptions({ queryKey: ['clouds', 'accounts', provider], queryFn: () => call('clouds.accounts', { provider }), staleTime: 0 })

export interface ChoicesOf {
  readonly provider: ProviderId
  readonly field: Field
  /** With defaults. */
  readonly values: FieldValues
  readonly facts: SourceFacts | null
  readonly fields: readonly Field[]
}

/** Values that the choices of a field depend on: those that it names, and always the account and how it is reached. */
export function decidingValues({ field, values, fields }: Omit<ChoicesOf, 'provider' | 'facts'>): FieldValues {
  const account = fieldsOfStep('account', fields).map(({ id }) => id)
  const ids = new Set([...account, ...(field.dependsOn ?? [])])
  ids.delete(field.id)
  return Object.fromEntries(Object.entries(values).filter(([id]) => ids.has(id)))
}

export const choicesQuery = (of: ChoicesOf) =>
  queryOptions({
    queryKey: ['clouds', 'choices', of.provider, of.field.id, decidingValues(of)],
    queryFn: () => call('clouds.choices', { provider: of.provider, field: of.field.id, values: of.values, facts: of.facts }),
    // What was made at the provider meanwhile is in the list when it shows again.
    staleTime: 30_000,
    gcTime: 300_000,
  })

/** Looked at anew each time: what it found may have been mended outside. */
export const uploadPlanQuery = (request: CallInput<'clouds.plan'> | null) =>
  queryOptions({
    queryKey: ['clouds', 'plan', request],
    queryFn: () => {
      if (request === null) throw new Error('there is nothing to plan yet')
      return call('clouds.plan', request)
    },
    enabled: request !== null,
    staleTime: 0,
    gcTime: 60_000,
  })

/** Whether a form may name a file that was chosen some time. */
export const mayReadQuery = (provider: ProviderId, path: string) =>
  queryOptions({
    queryKey: ['clouds', 'may-read', provider, path],
    queryFn: () => call('clouds.mayRead', { provider, path }),
    staleTime: 0,
  })

export const openUploadsQuery = queryOptions({
  queryKey: ['clouds', 'open'],
  queryFn: () => call('clouds.openUploads'),
  staleTime: 0,
})
