import { ActionIcon, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Ellipsis, FileCode, FileInput, FileOutput } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { count, splitPath } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from './edit-store.js'
import { ScriptDialog } from './script-dialog.js'
import { stageRecipe } from './stage-recipe.js'

/** What can be made of the staged edits beside an image: a recipe, a script; and a recipe can be staged. */
export function RecipeMenu({ path, canExport }: { readonly path: string; readonly canExport: boolean }) {
  const { reportFailure } = useAppActions()
  const [script, setScript] = useState<string | null>(null)
  const edits = () => [...(useEditStore.getState().byPath[path]?.present ?? [])]

  const exportRecipe = async () => {
    const { text, notes } = await call('edits.recipe', { path, edits: edits() })
    const saved = await call('edits.saveText', { source: path, suffix: '-recipe', extension: 'yaml', text })
    if (saved === null) return
    notifications.show({ title: `Recipe saved: ${visibleText(splitPath(saved.path).name)}`, message: notes.map(visibleText).join(' ') })
  }
  const showScript = async () => setScript((await call('edits.script', { path, edits: edits() })).text)
  const chooseRecipe = async () => {
    const loaded = await call('recipes.choose')
    if (loaded === null) return
    await stageRecipe(path, loaded.recipe)
    notifications.show({
      title: 'Recipe staged',
      message: `${count(loaded.recipe.edits.length, 'edit')} from ${visibleText(splitPath(loaded.file).name)}`,
    })
  }

  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon aria-label="Recipes and scripts">
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<FileOutput size={15} aria-hidden />}
            disabled={!canExport}
            onClick={() => exportRecipe().catch(reportFailure)}
          >
            Export as recipe…
          </Menu.Item>
          <Menu.Item
            leftSection={<FileCode size={15} aria-hidden />}
            disabled={!canExport}
            onClick={() => showScript().catch(reportFailure)}
          >
            Show as shell script…
          </Menu.Item>
          <Menu.Item leftSection={<FileInput size={15} aria-hidden />} onClick={() => chooseRecipe().catch(reportFailure)}>
            Stage a recipe…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {script !== null && <ScriptDialog path={path} script={script} onClose={() => setScript(null)} />}
    </>
  )
}
