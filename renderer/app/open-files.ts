import { notifications } from '@mantine/notifications'
import { call } from '../api/client.js'
import { useShipStore } from '../features/clouds/ship-store.js'
import { useConvertStore } from '../features/convert/convert-store.js'
import { isRecipeFile, stageLoadedRecipe } from '../features/edits/recipe-actions.js'
import { useNavigation } from './navigation-store.js'

const navigation = () => useNavigation.getState()

/** On the Convert screen images that are dropped become rows of its table, on Ship they are shipped; everywhere else they open. */
export async function openDroppedFiles(paths: readonly string[]): Promise<void> {
  const { kind } = navigation().view
  if (kind !== 'convert' && kind !== 'ship') return openFiles(paths)
  const images = paths.filter((path) => !isRecipeFile(path))
  if (images.length > 0 && kind === 'convert') useConvertStore.getState().add(images)
  if (images.length > 0 && kind === 'ship') useShipStore.getState().ship(images)
  return openFiles(paths.filter(isRecipeFile))
}

/** Opens what was named when the app was started: images get a tab, recipes are staged on the image that shows then. */
export async function openFiles(paths: readonly string[]): Promise<void> {
  navigation().open(paths.filter((path) => !isRecipeFile(path)))
  for (const file of paths.filter(isRecipeFile)) {
    if (!(await stageRecipeFile(file))) return
  }
}

/** Stages a recipe on the image that shows. Where there is none, or it does not fit, a dialog goes on; then the answer is false. */
async function stageRecipeFile(file: string): Promise<boolean> {
  const { view, active, dialog, openDialog, showTab } = navigation()
  if (dialog !== null && dialog.kind !== 'recipe') {
    notifications.show({ title: 'The recipe was not staged', message: 'Close the dialog that is open, then drop the recipe again.' })
    return false
  }
  if (view.kind !== 'images' || active === null) {
    openDialog({ kind: 'recipe', file, refused: null })
    return false
  }
  try {
    await stageLoadedRecipe(active, await call('recipes.load', { path: file }))
    showTab(active, 'edits')
    return true
  } catch (error) {
    openDialog({ kind: 'recipe', file, refused: { path: active, error } })
    return false
  }
}

/** Asks for a recipe and stages it on an image. */
export async function chooseRecipe(path: string): Promise<void> {
  const loaded = await call('recipes.choose')
  if (loaded === null) return
  try {
    await stageLoadedRecipe(path, loaded)
    navigation().showTab(path, 'edits')
  } catch (error) {
    navigation().openDialog({ kind: 'recipe', file: loaded.file, refused: { path, error } })
  }
}
