import { imageQuery, jobsQuery } from '../api/queries.js'
import { queryClient } from '../api/query-client.js'
import { useBootTestStore } from '../features/boot-test/boot-test-store.js'
import { lastVerdict } from '../features/boot-test/boot-tests.js'
import { useEditStore } from '../features/edits/edit-store.js'
import { exportRecipe } from '../features/edits/recipe-actions.js'
import { useNavigation } from './navigation-store.js'

/** Saves what is staged as a recipe. Where a boot test has judged exactly that, a dialog asks first whether it goes along. */
export async function startExport(path: string): Promise<void> {
  const [info, jobs] = await Promise.all([queryClient.ensureQueryData(imageQuery(path)), queryClient.ensureQueryData(jobsQuery)])
  const edits = useEditStore.getState().byPath[path]?.present ?? []
  if (lastVerdict(jobs, info, edits, useBootTestStore.getState().started) === null) await exportRecipe(path, { bootTest: false })
  else useNavigation.getState().openDialog({ kind: 'export-recipe', path })
}
