import { useMutation, useQueryClient } from '@tanstack/react-query'
import { providerForm } from '#shared/clouds/forms'
import { isFilled } from '#shared/clouds/read-values'
import { call } from '../../api/client.js'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { openUploadsQuery } from '../../features/clouds/cloud-queries.js'
import type { Draft } from '../../features/clouds/draft.js'
import { stepOfField } from '../../features/clouds/ship-steps.js'
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
      // Asked for in any case: with it the files that it names may be read again.
      const review = await call('clouds.reviewUpload', { upload })
      const draft = Object.values(useShipStore.getState().drafts).find((one) => one.upload === upload)
      // After a crash a draft may be one of before it was sent: what was sent is newer.
      if (draft === undefined || (draft.job === null && !draft.reopened)) reopenUpload(review)
      else showDraft(draft)
    },
    onError: reportFailure,
  })
}

/** As it was left, or at what is missing before it can be sent again. */
function showDraft({ path, provider, step, again, values }: Draft): void {
  const { ship, go } = useShipStore.getState()
  ship([path])
  if (step !== 'run' || provider === null) return
  const filled = values[provider] ?? {}
  const missing = again.find((id) => !isFilled(filled[id]))
  const place = missing === undefined ? null : stepOfField(missing, providerForm(provider).fields(filled, null))
  if (missing === undefined || place === null) go(path, 'check')
  else go(path, place, missing)
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
