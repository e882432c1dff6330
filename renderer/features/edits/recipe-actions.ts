import { notifications } from '@mantine/notifications'
import type { CallOutput } from '#shared/contract'
import { call } from '../../api/client.js'
import { count, splitPath } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { useBootTestStore } from '../boot-test/boot-test-store.js'
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

/** Stages a recipe on an image and says so; the boot test that it asks for stands by. Throws what does not fit, and then stages nothing. */
export async function stageLoadedRecipe(path: string, loaded: LoadedRecipe): Promise<void> {
  await stageRecipe(path, loaded.recipe)
  const { edits, bootTest } = loaded.recipe
  if (bootTest) useBootTestStore.getState().ask(path, { name: recipeName(loaded), edits, bootTest, job: null })
  notifications.show({
    title: `Recipe staged: ${recipeName(loaded)}`,
    message: `${count(edits.length, 'edit')} on ${visibleText(splitPath(path).name)}${bootTest ? ', with a boot test' : ''}. Nothing is written until you save.`,
  })
}

/** Saves the staged edits as a recipe where the user says; with `bootTest` the last one of them goes along. False when the user says nowhere. */
export async function exportRecipe(path: string, { bootTest }: { readonly bootTest: boolean }): Promise<boolean> {
  const edits = [...(useEditStore.getState().byPath[path]?.present ?? [])]
  const { text, notes } = await call('edits.recipe', { path, edits, bootTest })
  const saved = await call('edits.saveText', { source: path, suffix: '-recipe', extension: 'yaml', text })
  if (saved === null) return false
  notifications.show({ title: `Recipe saved: ${visibleText(splitPath(saved.path).name)}`, message: notes.map(visibleText).join(' ') })
  return true
}
