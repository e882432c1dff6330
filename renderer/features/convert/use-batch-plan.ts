import { useDebouncedValue } from '@mantine/hooks'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { settingsQuery } from '../../api/queries.js'
import { useEditStore } from '../edits/edit-store.js'
import { planRequest, plannedCells, planTotals, usableSources } from './batch-setup.js'
import { batchPlanQuery, sourceQuery } from './convert-queries.js'
import { useConvertStore } from './convert-store.js'

/** Ticking five targets asks for one plan. */
const SETTLE_MS = 250

/** What the sources are, and the plan for what was chosen: the last one stands, faded by nothing, until the next is there. */
export function useBatchPlan() {
  const setup = useConvertStore()
  const edits = useEditStore((store) => store.byPath)
  const { data: settings } = useQuery(settingsQuery)
  const reports = useQueries({ queries: setup.sources.map(({ path }) => sourceQuery(path)) })
  const unreadable = new Set(setup.sources.filter((_, at) => reports[at]?.isError).map(({ id }) => id))
  const isReading = reports.some(({ isPending }) => isPending)

  const wanted = isReading
    ? null
    : planRequest(setup, {
        unreadable,
        editsOf: (path) => edits[path]?.present ?? [],
        verify: settings?.verify ?? true,
      })
  // A request is told apart by what it says: every render makes a new one.
  const key = JSON.stringify(wanted)
  const [settledKey] = useDebouncedValue(key, SETTLE_MS)
  const request = useMemo(() => JSON.parse(settledKey) as typeof wanted, [settledKey])
  const usable = usableSources(setup, unreadable)
  const plan = useQuery({
    ...batchPlanQuery(request),
    // The plan names its sources by number: it can stand for another request only while those are the same.
    placeholderData: (known, query) => (sameSources(query?.queryKey[1], request) ? known : undefined),
  })
  const data = request === null ? null : (plan.data ?? null)
  const cells = data === null ? [] : plannedCells(data, usable, setup.without)
  return {
    reports,
    unreadable,
    request,
    plan,
    data,
    cells,
    totals: planTotals(cells),
    /** What is shown is not yet the answer to what is chosen. */
    isSettling: isReading || key !== settledKey || plan.isFetching,
  }
}

function sameSources(one: unknown, other: ReturnType<typeof planRequest>): boolean {
  if (typeof one !== 'object' || one === null || other === null) return false
  const paths = (request: object) => JSON.stringify('sources' in request ? request.sources : null)
  return paths(one) === paths(other)
}

export type BatchPlanState = ReturnType<typeof useBatchPlan>
