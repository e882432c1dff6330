import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { openUploadsQuery } from '../../features/clouds/cloud-queries.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { reopenUpload } from './reopen-upload.js'

/** Goes on with an upload that broke off, and shows how it goes. */
export function useResumeUpload(upload: string) {
  const client = useQueryClient()
  const { reportFailure, showUpload } = useAppActions()
  return useMutation({
    mutationFn: () => call('clouds.resume', { upload }),
    onSuccess: async (job) => {
      await client.invalidateQueries({ queryKey: jobsQuery.queryKey })
      showUpload(job)
    },
    onError: reportFailure,
  })
}

/** Opens an upload that broke off in the form: as it was left there, else as it was asked for. */
export function useReopenUpload(upload: string) {
  const { reportFailure } = useAppActions()
  return useMutation({
    mutationFn: async () => {
      const { drafts, ship, go } = useShipStore.getState()
      const draft = Object.values(drafts).find((one) => one.upload === upload)
      if (draft === undefined) return reopenUpload(await call('clouds.reviewUpload', { upload }))
      ship([draft.path])
      if (draft.step === 'run') go(draft.path, 'check')
    },
    onError: reportFailure,
  })
}

/** Deletes at the provider all that an upload left; what could not be deleted is its answer. */
export function useCleanUp(upload: string) {
  const client = useQueryClient()
  const { reportFailure } = useAppActions()
  return useMutation({
    mutationFn: () => call('clouds.cleanUp', { upload }),
    onSuccess: () => client.invalidateQueries({ queryKey: openUploadsQuery.queryKey }),
    onError: reportFailure,
  })
}
