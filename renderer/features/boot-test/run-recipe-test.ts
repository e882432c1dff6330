import { call } from '../../api/client.js'
import { imageQuery } from '../../api/queries.js'
import { queryClient } from '../../api/query-client.js'
import { useEditStore } from '../edits/edit-store.js'
import { useBootTestStore } from './boot-test-store.js'

/** Boots an image, with what is staged on it now, as the recipe asks that was staged there; nothing without one. Throws what keeps it from being started. */
export async function runRecipeTest(path: string): Promise<void> {
  const asked = useBootTestStore.getState().recipes[path]
  if (asked === undefined) return
  const { revision } = await queryClient.ensureQueryData(imageQuery(path))
  const input = { source: path, revision, edits: [...(useEditStore.getState().byPath[path]?.present ?? [])], ...asked.bootTest }
  const { id } = await call('jobs.start', { kind: 'test-boot', input })
  const { ask, begin } = useBootTestStore.getState()
  begin(id, input)
  ask(path, { ...asked, job: id })
}
