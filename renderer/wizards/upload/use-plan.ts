import { useQuery } from '@tanstack/react-query'
import type { UploadPlan } from '#shared/clouds/upload-plan'
import { uploadPlanQuery } from '../../features/clouds/cloud-queries.js'
import { checkTotals } from '../../features/clouds/ship-steps.js'
import type { Upload } from './use-upload.js'

export interface PlanState {
  /** Null until it is there for what is filled in now. */
  readonly data: UploadPlan | null
  readonly error: unknown
  readonly isFetching: boolean
  readonly errors: number
  readonly warnings: number
  readonly again: () => void
}

/** Checks and plan of an upload, from the step that shows them on. */
export function usePlan({ draft, facts, values, edits }: Upload): PlanState {
  const shows = draft.step === 'check' || draft.step === 'review'
  const { provider } = draft
  const request = !shows || facts === null || provider === null ? null : { provider, facts, values, edits: [...edits] }
  const query = useQuery({
    ...uploadPlanQuery(request),
    // What was found for this file and target stands until it was looked at anew.
    placeholderData: (known, before) => (isSameUpload(before?.queryKey[2] as PlanRequest | undefined, request) ? known : undefined),
  })
  const data = query.data ?? null
  return {
    data,
    error: query.error,
    isFetching: query.isFetching,
    ...checkTotals(data?.checks ?? []),
    again: () => void query.refetch(),
  }
}

type PlanRequest = Parameters<typeof uploadPlanQuery>[0]

function isSameUpload(one: PlanRequest | undefined, other: PlanRequest): boolean {
  return one?.provider === other?.provider && one?.facts.path === other?.facts.path
}
