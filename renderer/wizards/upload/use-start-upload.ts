import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { uploadImageInputSchema, type UploadInput } from '#shared/clouds/upload-request'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { fieldsOfStep } from '../../features/clouds/ship-steps.js'
import type { Upload } from './use-upload.js'

/**
 * The id that an upload goes by. The same request goes on where it broke off; one that was changed since begins anew, so that nothing of the
 * two is mixed up.
 */
export function uploadId(drafted: string, before: unknown, request: Omit<UploadInput, 'upload'>): string {
  const known = uploadImageInputSchema.safeParse(before)
  if (!known.success) return drafted
  const { upload, ...asked } = known.data
  return JSON.stringify(sorted(asked)) === JSON.stringify(sorted(request)) ? upload : crypto.randomUUID()
}

/** Records that hold the same are the same, in whatever order they were filled in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, part]) => [name, sorted(part)]),
  )
}

/** Starts the job, and shows how it goes. */
export function useStartUpload({ draft, facts, values, edits, fields }: Upload) {
  const client = useQueryClient()
  const { data: jobs = [] } = useQuery(jobsQuery)
  const { change, go, remember } = useShipStore.getState()
  return useMutation({
    mutationFn: async () => {
      if (facts === null || draft.provider === null) throw new Error('an upload needs a file and a target')
      const request = { provider: draft.provider, facts, values, edits: [...edits] }
      const before = jobs.find(({ id }) => id === draft.job)?.input
      const upload = uploadId(draft.upload, before, request)
      return { upload, job: await call('jobs.start', { kind: 'upload-image', input: { upload, ...request } }) }
    },
    onSuccess: async ({ upload, job }) => {
      const account = new Set(fieldsOfStep('account', fields).map(({ id }) => id))
      remember(draft.path, Object.fromEntries(Object.entries(values).filter(([id]) => account.has(id))))
      change(draft.path, { upload, job: job.id })
      await client.invalidateQueries({ queryKey: jobsQuery.queryKey })
      go(draft.path, 'run')
    },
  })
}
