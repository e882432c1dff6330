import { queryOptions } from '@tanstack/react-query'
import type { BatchRequestDraft } from '#shared/jobs/convert-request'
import { call } from '../../api/client.js'

/** Kept while the window is open: looking again is what `Try again` is for. */
export const sourceQuery = (path: string) => queryOptions({ queryKey: ['source', path], queryFn: () => call('sources.probe', { path }) })

/** Free space and files that are there change: a plan is made anew whenever it is asked for. */
export const batchPlanQuery = (request: BatchRequestDraft | null) =>
  queryOptions({
    queryKey: ['batch-plan', request],
    queryFn: () => (request === null ? null : call('batch.plan', request)),
    enabled: request !== null,
    staleTime: 0,
    gcTime: 0,
  })
