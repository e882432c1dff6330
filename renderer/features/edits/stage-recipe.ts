import type { Recipe } from '#shared/recipes/recipe'
import { AppError } from '#shared/errors/app-error'
import { call } from '../../api/client.js'
import { useEditStore } from './edit-store.js'

/**
 * Stages the edits of a recipe behind those that are staged. Checked first on the image with all of them: what the recipe expects, and
 * each edit. Throws what does not fit, and then stages nothing.
 */
export async function stageRecipe(path: string, recipe: Recipe): Promise<void> {
  const present = useEditStore.getState().byPath[path]?.present ?? []
  const edits = [...present, ...recipe.edits]
  const preview = await call('edits.preview', { path, edits, ...(recipe.expects ? { expects: recipe.expects } : {}) })
  const problem = preview.edits.slice(present.length).find((edit) => edit.problem !== null)?.problem
  if (problem) throw AppError.fromData(problem)
  useEditStore.getState().stage(path, edits)
}
