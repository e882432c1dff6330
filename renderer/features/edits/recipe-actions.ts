import { notifications } from '@mantine/notifications'
import type { CallOutput } from '#shared/contract'
import { call } from '../../api/client.js'
import { count, splitPath } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from './edit-store.js'
import { stageRecipe } from './stage-recipe.js'

export type LoadedRecipe = CallOutput<'recipes.load'>

/** Whether a dropped file is a recipe, by its name: everything else is taken for an image. */
export function isRecipeFile(path: string): boolean {
  return /\.ya?ml$/i.test(path)
}

/** What a recipe is called: its own name, else that of its file. */
export function recipeName({ file, recipe }: LoadedRecipe): string {
  return visibleText(recipe.name ?? splitPath(file).name)
}

/** Stages a recipe on an image and says so. Throws what does not fit, and then stages nothing. */
export async function stageLoadedRecipe(path: string, loaded: LoadedRecipe): Promise<void> {
  await stageRecipe(path, loaded.recipe)
  const edits = loaded.recipe.edits.length
  notifications.show({
    title: `Recipe staged: ${recipeName(loaded)}`,
    message: `${count(edits, 'edit')} on ${visibleText(splitPath(path).name)}. Nothing is written until you save.`,
  })
}

/** Saves the staged edits as a recipe where the user says. */
export async function exportRecipe(path: string): Promise<void> {
  const edits = [...(useEditStore.getState().byPath[path]?.present ?? [])]
  const { text, notes } = await call('edits.recipe', { path, edits })
  const saved = await call('edits.saveText', { source: path, suffix: '-recipe', extension: 'yaml', text })
  if (saved === null) return
  notifications.show({ title: `Recipe saved: ${visibleText(splitPath(saved.path).name)}`, message: notes.map(visibleText).join(' ') })
}
