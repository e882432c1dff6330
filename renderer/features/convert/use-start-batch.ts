import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { BatchRequestDraft } from '#shared/jobs/convert-request'
import { call } from '../../api/client.js'
import { jobsQuery, settingsQuery } from '../../api/queries.js'
import { lastUsed } from './artifact-groups.js'
import { useConvertStore } from './convert-store.js'

/** Starts a batch, remembers its targets for next time, and goes over to its progress. */
export function useStartBatch() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (request: BatchRequestDraft) => {
      const jobs = await call('batch.start', request)
      const { convertTargets } = await client.fetchQuery(settingsQuery)
      // What was used last is a comfort: a settings file that cannot be written must not hide that the jobs run.
      await call('settings.set', { convertTargets: lastUsed(request.artifacts, convertTargets) }).catch(() => undefined)
      return jobs
    },
    // Why not is mostly that something has changed since the plan was made: the table shows it as well.
    onError: async () => {
      await client.invalidateQueries({ queryKey: ['source'] })
      await client.invalidateQueries({ queryKey: ['batch-plan'] })
    },
    onSuccess: async (jobs) => {
      await client.invalidateQueries({ queryKey: jobsQuery.queryKey })
      useConvertStore.getState().show(jobs[0]?.batch?.id ?? null)
    },
  })
}
